import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { findNotebook, labArguments } from '../../lib/cli/lab';
import { projectRoot } from '../../lib/files/project';
import { useTemporaryFolder } from '../support/folder';

describe('findNotebook', () => {
  const folder = useTemporaryFolder();

  it('gives the path of a notebook', () => {
    assert.equal(findNotebook('start-here'), 'notebooks/start-here.ipynb');
  });

  it("finds another notebook by its path, with or without extension, in the project's folder only", () => {
    const place = fs.mkdtempSync(path.join(projectRoot(), 'data', 'own-'));
    const file = path.join(place, 'own notebook.ipynb');
    try {
      fs.writeFileSync(file, '');
      const found = `data/${path.basename(place)}/own notebook.ipynb`;
      assert.equal(findNotebook(path.relative('', file)), found);
      assert.equal(findNotebook(path.join(place, 'own notebook')), found);
    } finally {
      fs.rmSync(place, { recursive: true });
    }
    const outside = path.join(folder(), 'other.ipynb');
    fs.writeFileSync(outside, '');
    assert.throws(() => findNotebook(outside), /or a path below the project's folder, for notebook/);
  });

  it('lists the names that exist', () => {
    assert.throws(() => findNotebook('start'), /Expected one of .*start-here.* but received start$/);
  });
});

describe('labArguments', () => {
  it("serves this machine alone, opens the notebook, and lets the user's own options come last", () => {
    const given = labArguments('/project', ['--no-browser'], 'notebooks/start-here.ipynb');
    assert.deepEqual(given.slice(0, 4), [
      'lab',
      '--ip=127.0.0.1',
      '--ServerApp.root_dir=/project',
      '--LabApp.default_url=/lab/tree/notebooks/start-here.ipynb',
    ]);
    assert.equal(given.at(-1), '--no-browser');
  });
});
