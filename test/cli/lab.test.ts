import assert from 'node:assert/strict';
import { findNotebook, labArguments } from '../../lib/cli/lab';

describe('findNotebook', () => {
  it('gives the path of a notebook', () => {
    assert.equal(findNotebook('start-here'), 'notebooks/start-here.ipynb');
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
