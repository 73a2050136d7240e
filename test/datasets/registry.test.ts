import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DATASETS, findDataset, readDataset } from '../../lib/datasets/registry';
import { projectRoot } from '../../lib/files/project';

describe('the data sets', () => {
  it('are found by id, and the error names an unknown one', () => {
    assert.equal(findDataset('jaffe').title, 'JAFFE');
    assert.throws(
      () => findDataset('kdef'),
      /Expected one of ferg, jaffe, .* for --dataset but received kdef/,
    );
  });

  it('are named by the variable where the user set one', async () => {
    const options = { setting: 'DATASET_DIR' };
    await assert.rejects(readDataset('jafe', '.', options), /jaffe, .* for DATASET but received jafe/);
    await assert.rejects(readDataset('jafe', '.', {}), /for --dataset but received jafe/);
  });

  it('refuse an option that their reader does not take, by the name that the user typed', async () => {
    const options = { mapping: 'mine.json' };
    await assert.rejects(
      readDataset('jaffe', '.', options),
      /Expected no --mapping for the data set jaffe but received mine\.json/,
    );
    await assert.rejects(
      readDataset('jaffe', '.', { ...options, setting: 'DATASET_DIR' }),
      /Expected no DATASET_MAPPING for the data set jaffe/,
    );
    await assert.rejects(readDataset('mapping', '.', {}), /Expected a file for --mapping but received none/);
  });

  it('are described in data/README.md, with licence and source', () => {
    const page = fs.readFileSync(path.join(projectRoot(), 'data', 'README.md'), 'utf8');
    for (const { id, licence, access } of DATASETS.slice(0, 5))
      for (const text of [`\`${id}\``, licence, access]) assert.ok(page.includes(text), `${id}: ${text}`);
  });
});
