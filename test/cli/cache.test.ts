import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { clearCache, listCache } from '../../lib/cli/cache';
import { HOME_VARIABLE } from '../../lib/files/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const HOUR_MS = 3_600_000;

describe('the cache', () => {
  const folder = useTemporaryFolder();
  const setHome = useEnvironment(HOME_VARIABLE);
  const cache = () => path.join(folder(), 'data', 'cache');
  beforeEach(() => setHome(folder()));

  function write(file: string, bytes: number, hoursAgo: number): void {
    writeFiles(cache(), { [file]: new Uint8Array(bytes) });
    const seconds = (Date.now() - hoursAgo * HOUR_MS) / 1000;
    fs.utimesSync(path.join(cache(), file), seconds, seconds);
  }

  it('lists each kind with its size and the age of its newest file, and what an earlier version left', () => {
    write('training/tergat-1/best.safetensors', 1_200_000, 50);
    write('training/tergat-1/last.safetensors', 2_300_000, 100);
    write('scores.json', 40_000, 1);
    write('old/a', 2, 0.5);
    fs.mkdirSync(path.join(cache(), 'blocks'));
    const [where, blocks, old, scores, training, ...others] = listCache();
    assert.equal(where, `In ${cache()}:`);
    assert.match(blocks, /^blocks +0\.0 MB  empty +found faces/);
    assert.match(old, /^old +0\.0 MB  30 minutes ago +unknown to this version$/);
    assert.match(scores, /^scores\.json +0\.0 MB  1 hour ago +unknown to this version/);
    assert.match(training, /^training +3\.5 MB  2 days ago +checkpoints and weights/);
    assert.deepEqual(others, []);
  });

  it('says where it is empty, and has nothing to delete then', () => {
    assert.deepEqual(listCache(), [`${cache()} is empty.`]);
    for (const kind of ['all', 'blocks']) assert.deepEqual(clearCache(kind), [`${cache()} is empty.`]);
  });

  it('is cleared of one kind, says what it deleted, and keeps the others', () => {
    writeFiles(cache(), { 'blocks/a.arrow': 'a', 'training/a/last.safetensors': 'b', 'training/b/c': 'c' });
    const where = path.join(cache(), 'training');
    assert.deepEqual(clearCache('training'), [`Deleted training: 2 files, 0.0 MB, in ${where}`]);
    assert.deepEqual(fs.readdirSync(cache()), ['blocks']);
    assert.match(clearCache('blocks')[0], /^Deleted blocks: 1 file, 0\.0 MB, in .*blocks$/);
  });

  it('is cleared of every kind', () => {
    writeFiles(cache(), { 'blocks/a.arrow': 'a', 'scores.json': '{}' });
    assert.equal(clearCache('all').length, 2);
    assert.deepEqual(fs.readdirSync(cache()), []);
  });

  it('is cleared of a link, but the target of the link stays', () => {
    writeFiles(folder(), { 'elsewhere/a': 'a', 'data/cache/blocks/b': 'b' });
    fs.symlinkSync(path.join(folder(), 'elsewhere'), path.join(cache(), 'training'));
    clearCache('training');
    assert.deepEqual(fs.readdirSync(cache()), ['blocks']);
    assert.ok(fs.existsSync(path.join(folder(), 'elsewhere', 'a')));
  });

  it('refuses an unknown kind, such as a path out of the folder', () => {
    writeFiles(cache(), { 'blocks/a.arrow': 'a' });
    for (const kind of ['training', '..', 'blocks/a.arrow', ''])
      assert.throws(() => clearCache(kind), /RangeError: Expected one of blocks, all for kind but received /);
    assert.deepEqual(fs.readdirSync(cache()), ['blocks']);
  });
});
