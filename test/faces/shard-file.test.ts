import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { removeLeftovers, saveWhole, writeWhole } from '../../lib/faces/shard-file';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('writeWhole', () => {
  const folder = useTemporaryFolder();
  const file = () => path.join(folder(), 'deep', 'file');

  it('replaces a file and makes its folder', async () => {
    await saveWhole(file(), 'one');
    await saveWhole(file(), 'two');
    assert.equal(fs.readFileSync(file(), 'utf8'), 'two');
    assert.deepEqual(fs.readdirSync(path.dirname(file())), ['file']);
  });

  it('leaves the file as it was, and nothing aside, when writing fails on the way', async () => {
    await saveWhole(file(), 'whole');
    const write = writeWhole(file(), async (handle) => {
      await handle.writeFile('ha');
      throw new Error('ENOSPC: no space left on device');
    });
    await assert.rejects(write, /Expected to write .*file but could not: ENOSPC/);
    assert.equal(fs.readFileSync(file(), 'utf8'), 'whole');
    assert.deepEqual(fs.readdirSync(path.dirname(file())), ['file']);
  });

  it('lets many write one file at once: it is the whole of one of them', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000));
    await Promise.all(texts.map((text) => saveWhole(file(), text)));
    assert.ok(texts.includes(fs.readFileSync(file(), 'utf8')));
  });
});

describe('removeLeftovers', () => {
  const folder = useTemporaryFolder();

  it('removes what lies aside for more than an hour, and nothing else', async () => {
    writeFiles(folder(), { 'a.arrow': '', 'a.arrow.1-ab.part': '' });
    await removeLeftovers(folder(), Date.now());
    assert.equal(fs.readdirSync(folder()).length, 2);
    await removeLeftovers(folder(), Date.now() + 3_700_000);
    assert.deepEqual(fs.readdirSync(folder()), ['a.arrow']);
  });

  it('takes a missing folder for an empty one', () => removeLeftovers(path.join(folder(), 'no')));
});
