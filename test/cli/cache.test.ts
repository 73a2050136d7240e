import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { clearCache, listCache } from '../../lib/cli/cache';
import { HOME_VARIABLE } from '../../lib/files/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const NOW = Date.UTC(2026, 0, 31);
const HOUR_MS = 3_600_000;

describe('listCache', () => {
  const folder = useTemporaryFolder();
  const setHome = useEnvironment(HOME_VARIABLE);

  function write(file: string, bytes: number, hoursAgo: number): void {
    writeFiles(folder(), { [file]: new Uint8Array(bytes) });
    const seconds = (NOW - hoursAgo * HOUR_MS) / 1000;
    fs.utimesSync(path.join(folder(), file), seconds, seconds);
  }

  it('lists each kind with its size and the age of its newest file, and what an earlier version left', () => {
    write('training/tergat-1/best.safetensors', 1_200_000, 50);
    write('training/tergat-1/last.safetensors', 2_300_000, 100);
    write('scores.json', 40_000, 1);
    write('old/a', 2, 0.5);
    fs.mkdirSync(path.join(folder(), 'blocks'));
    const [where, blocks, old, scores, training, ...others] = listCache(folder(), NOW);
    assert.equal(where, `In ${folder()}:`);
    assert.match(blocks, /^blocks +0\.0 MB  empty +found faces/);
    assert.match(old, /^old +0\.0 MB  30 minutes ago +unknown to this version$/);
    assert.match(scores, /^scores\.json +0\.0 MB  1 hour ago +unknown to this version/);
    assert.match(training, /^training +3\.5 MB  2 days ago +checkpoints and weights/);
    assert.deepEqual(others, []);
  });

  it('looks below PRIOR_ATTENTION_HOME, and says where the cache is empty', () => {
    setHome(folder());
    const cache = path.join(folder(), 'data', 'cache');
    assert.deepEqual(listCache(), [`${cache} is empty.`]);
    write('data/cache/blocks/a.arrow', 5, 0);
    assert.equal(listCache().length, 2);
    assert.match(clearCache('blocks')[0], /^Deleted blocks: 1 file, 0\.0 MB, in .*blocks$/);
    assert.deepEqual(clearCache('all'), [`${cache} is empty.`]);
  });
});

describe('clearCache', () => {
  const folder = useTemporaryFolder();

  it('deletes one kind, says what it deleted, and leaves the others', () => {
    writeFiles(folder(), { 'blocks/a.arrow': 'a', 'training/a/last.safetensors': 'b', 'training/b/c': 'c' });
    const where = path.join(folder(), 'training');
    assert.deepEqual(clearCache('training', folder()), [`Deleted training: 2 files, 0.0 MB, in ${where}`]);
    assert.deepEqual(fs.readdirSync(folder()), ['blocks']);
  });

  it('deletes every kind', () => {
    writeFiles(folder(), { 'blocks/a.arrow': 'a', 'scores.json': '{}' });
    assert.equal(clearCache('all', folder()).length, 2);
    assert.deepEqual(fs.readdirSync(folder()), []);
  });

  it('deletes a link, not its target', () => {
    writeFiles(folder(), { 'elsewhere/a': 'a', 'cache/blocks/b': 'b' });
    const cache = path.join(folder(), 'cache');
    fs.symlinkSync(path.join(folder(), 'elsewhere'), path.join(cache, 'training'));
    clearCache('training', cache);
    assert.deepEqual(fs.readdirSync(cache), ['blocks']);
    assert.ok(fs.existsSync(path.join(folder(), 'elsewhere', 'a')));
  });

  it('says that an empty cache has nothing to delete', () => {
    const cache = path.join(folder(), 'none');
    assert.deepEqual(clearCache('blocks', cache), [`${cache} is empty.`]);
  });

  it('refuses an unknown kind, such as a path out of the folder', () => {
    writeFiles(folder(), { 'blocks/a.arrow': 'a' });
    for (const kind of ['training', '..', 'blocks/a.arrow', ''])
      assert.throws(
        () => clearCache(kind, folder()),
        /RangeError: Expected one of blocks, all for kind but received /,
      );
    assert.deepEqual(fs.readdirSync(folder()), ['blocks']);
  });
});
