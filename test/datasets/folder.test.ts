import assert from 'node:assert/strict';
import path from 'node:path';
import { readFolder } from '../../lib/datasets/folder';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readFolder', () => {
  const folder = useTemporaryFolder();

  it('reads class folders, and names in any script', () => {
    writeFiles(folder(), { 'Joy/笑顔.JPG': '', 'anger/злость.png': '', 'anger/notes.txt': '' });
    assert.deepEqual(readFolder(folder()).records, [
      { path: 'Joy/笑顔.JPG', character: 'all', emotion: 'joy' },
      { path: 'anger/злость.png', character: 'all', emotion: 'anger' },
    ]);
  });

  it('reads class folders in groups: characters or persons', () => {
    writeFiles(folder(), { 'mia/joy/1.png': '', 'tom/fear/1.png': '' });
    const records = readFolder(folder()).records;
    assert.deepEqual(
      records.map((record) => record.character),
      ['mia', 'tom'],
    );
  });

  it('takes train, validation and test for official sides, in any case', () => {
    writeFiles(folder(), { 'Train/joy/1.png': '', 'valid/joy/2.png': '', 'TEST/kim/joy/3.png': '' });
    const { records, notes } = readFolder(folder());
    assert.deepEqual(records, [
      { path: 'TEST/kim/joy/3.png', character: 'kim', emotion: 'joy', side: 'test' },
      { path: 'Train/joy/1.png', character: 'all', emotion: 'joy', side: 'train' },
      { path: 'valid/joy/2.png', character: 'all', emotion: 'joy', side: 'validation' },
    ]);
    assert.deepEqual(notes, []);
  });

  it("says that a validation side is taken from train, as in Kaggle's copies of FER2013", () => {
    writeFiles(folder(), { 'train/joy/1.png': '', 'test/joy/1.png': '' });
    assert.match(readFolder(folder()).notes![0], /no validation folder: .* a tenth of each expression/);
  });

  it('refuses another folder beside train, and takes persons called test for persons', () => {
    writeFiles(folder(), { 'test/joy/1.png': '', 'kim/joy/1.png': '' });
    assert.deepEqual(
      readFolder(folder()).records.map(({ character, side }) => [character, side]),
      [
        ['kim', undefined],
        ['test', undefined],
      ],
    );
    writeFiles(folder(), { 'train/joy/1.png': '' });
    assert.throws(() => readFolder(folder()), /Expected one of train, .* beside train .* but received kim/);
  });

  it('says what is wrong with the folder', () => {
    assert.throws(
      () => readFolder(path.join(folder(), 'no')),
      /folder of class folders.*IMAGES_DIR.*not exist/,
    );
    assert.throws(() => readFolder(folder()), /class folders named anger, .* with no folders/);
    writeFiles(folder(), { 'joy/1.png': '', 'happy/1.png': '' });
    assert.throws(() => readFolder(folder()), /but received happy with another name/);
  });

  it('names an empty class', () => {
    writeFiles(folder(), { 'joy/readme.txt': '' });
    assert.throws(() => readFolder(folder()), /Expected images for joy of IMAGES_DIR .* empty folder/);
  });

  it("knows FERG-DB's form and names its reader", () => {
    writeFiles(folder(), { 'aia/aia_joy/1.png': '' });
    assert.throws(
      () => readFolder(folder()),
      /received aia\/aia_joy, which is FERG-DB's form: take --dataset ferg/,
    );
  });
});
