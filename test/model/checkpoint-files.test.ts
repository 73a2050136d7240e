import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../lib/study/train-cached';

describe('checkpoints as files', () => {
  let directory: string;
  beforeEach(() => void (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoints-'))));
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  it('reads what was written, in a folder that it makes', async () => {
    const store = createFileStore(path.join(directory, 'run'));
    await store.write('last', [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    assert.deepEqual([...(await store.read('last'))!], [1, 2, 3]);
  });

  it('gives undefined for a missing entry', async () => {
    assert.equal(await createFileStore(directory).read('last'), undefined);
  });

  it('leaves the older file whole, and no temporary file, when writing fails', async () => {
    const store = createFileStore(directory);
    await store.write('last', [Uint8Array.of(1)]);
    const broken = function* () {
      yield Uint8Array.of(2);
      throw new Error('the disk is full');
    };
    await assert.rejects(store.write('last', broken()), /the disk is full/);
    assert.deepEqual([...(await store.read('last'))!], [1]);
    assert.deepEqual(fs.readdirSync(directory), ['last']);
  });
});
