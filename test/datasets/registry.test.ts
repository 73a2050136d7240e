import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { runDatasets } from '../../lib/commands/datasets';
import { DATASETS, findDataset } from '../../lib/datasets/registry';
import { projectRoot } from '../../lib/engine/project';

describe('the data sets', () => {
  it('are found by id, and an unknown one is named', () => {
    assert.equal(findDataset('jaffe').title, 'JAFFE');
    assert.throws(() => findDataset('kdef'), /Expected one of ferg, jaffe, .* for dataset but received kdef/);
  });

  it('are listed with licence, access and form', () => {
    const lines: string[] = [];
    runDatasets((line) => lines.push(line));
    assert.equal(lines.length, 4 * DATASETS.length);
    assert.ok(lines.some((line) => /licence: research only/.test(line)));
  });

  it('are told of in data/README.md, with the licence and how to get them', () => {
    const page = fs.readFileSync(path.join(projectRoot(), 'data', 'README.md'), 'utf8');
    for (const { id, licence, access } of DATASETS.slice(0, 4))
      for (const text of [`\`${id}\``, licence, access]) assert.ok(page.includes(text), `${id}: ${text}`);
  });
});
