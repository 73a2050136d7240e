import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readFerg } from '../../lib/datasets/ferg';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readFerg', () => {
  const folder = useTemporaryFolder();

  it('reads <character>/<character>_<emotion>/*.png, sorted', () => {
    writeFiles(folder(), {
      'ray/ray_joy/ray_joy_2.png': '',
      'aia/aia_anger/aia_anger_1.png': '',
      'aia/aia_anger/aia_anger_0.png': '',
      'aia/aia_anger/Thumbs.db': '',
      'readme.txt': '',
    });
    assert.deepEqual(readFerg(folder()).records, [
      { path: 'aia/aia_anger/aia_anger_0.png', character: 'aia', emotion: 'anger' },
      { path: 'aia/aia_anger/aia_anger_1.png', character: 'aia', emotion: 'anger' },
      { path: 'ray/ray_joy/ray_joy_2.png', character: 'ray', emotion: 'joy' },
    ]);
  });

  it('also takes the folder that holds FERG_DB_256', () => {
    writeFiles(folder(), { 'FERG_DB_256/aia/aia_joy/1.png': '' });
    const dataset = readFerg(folder());
    assert.equal(dataset.directory, path.join(folder(), 'FERG_DB_256'));
    assert.equal(dataset.records[0].path, 'aia/aia_joy/1.png');
  });

  it('says what was expected when the folder is missing, is a file, or has another layout', () => {
    assert.throws(
      () => readFerg(path.join(folder(), 'no')),
      /Expected a folder with FERG-DB.*FERG_DIR.*not exist/,
    );
    writeFiles(folder(), { file: '' });
    assert.throws(() => readFerg(path.join(folder(), 'file')), /which is no folder/);
    assert.throws(() => readFerg(folder()), /has no such images/);
  });

  it('names an unknown class and an empty class', () => {
    writeFiles(folder(), { 'aia/aia_happy/1.png': '' });
    assert.throws(() => readFerg(folder()), /one of anger, .* but received aia\/aia_happy/);
    fs.rmSync(path.join(folder(), 'aia/aia_happy'), { recursive: true });
    fs.mkdirSync(path.join(folder(), 'aia/aia_joy'));
    assert.throws(() => readFerg(folder()), /Expected images for aia\/aia_joy of FERG_DIR .* empty folder/);
  });
});
