import assert from 'node:assert/strict';
import fs from 'node:fs';
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

  it('reads train, validation and test as official sides, in upper or lower case', () => {
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

  it('refuses another folder beside train, and reads persons called test as persons', () => {
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
    assert.throws(
      () => readFolder(folder()),
      /Expected class folders, or labels\.csv .*, for IMAGES_DIR .* with no folders/,
    );
    writeFiles(folder(), { 'joy/1.png': '', 'sleepy/1.png': '', 'ahegao/1.png': '' });
    assert.throws(
      () => readFolder(folder(), { setting: '--data' }),
      /class folders named anger, .* for --data but received ahegao, sleepy; other names are read by a mapping/,
    );
    fs.rmSync(path.join(folder(), 'joy'), { recursive: true });
    assert.throws(() => readFolder(folder()), /but received ahegao, sleepy; other names/);
  });

  it('reads usual class names, joins synonyms, and counts contempt', () => {
    const names = ['Angry', 'disgusted', 'FEARFUL', 'happiness', 'joy', 'neutral', 'sad', 'Surprised'];
    writeFiles(folder(), { 'contempt/1.png': '', 'contempt/2.png': '' });
    for (const name of names) writeFiles(folder(), { [`${name}/1.png`]: '' });
    const { records, notes } = readFolder(folder());
    assert.deepEqual(
      records.map(({ emotion }) => emotion),
      ['anger', 'fear', 'surprise', 'disgust', 'joy', 'joy', 'neutral', 'sadness'],
    );
    assert.deepEqual(notes, ['2 images of contempt were left out']);
  });

  it('refuses numbered classes, and reads them by the data set whose numbers they are', () => {
    writeFiles(folder(), { '0/1.png': '', '3/1.png': '' });
    assert.throws(
      () => readFolder(folder(), { setting: '--data' }),
      /received 0, 3; numbers differ between data sets: --numbered fer2013 takes 0 to 6 for anger, disgust/,
    );
    assert.throws(() => readFolder(folder()), /DATASET_NUMBERED=fer2013 takes/);
    const { records } = readFolder(folder(), { numbered: 'fer2013' });
    assert.deepEqual(
      records.map(({ emotion }) => emotion),
      ['anger', 'joy'],
    );
    writeFiles(folder(), { '7/1.png': '' });
    assert.throws(() => readFolder(folder(), { numbered: 'fer2013' }), /received 7;/);
  });

  it('reads folders called Joy or 001 as persons where they contain class folders', () => {
    writeFiles(folder(), { 'Joy/fear/1.png': '', '001/happy/1.png': '' });
    assert.deepEqual(
      readFolder(folder()).records.map(({ character, emotion }) => [character, emotion]),
      [
        ['001', 'joy'],
        ['Joy', 'fear'],
      ],
    );
  });

  it('follows links at the root and the class level once, and ends circles', () => {
    writeFiles(folder(), { 'far/kim/joy/1.png': '', 'far/smiles/2.png': '', 'data/tom/fear/3.png': '' });
    const at = (name: string) => path.join(folder(), name);
    fs.symlinkSync(at('far/kim'), at('data/kim'));
    fs.symlinkSync(at('far/kim'), at('data/kim again'));
    fs.symlinkSync(at('far/smiles'), at('data/tom/joy'));
    fs.symlinkSync(at('data'), at('data/tom/circle'));
    fs.symlinkSync('self', at('data/self'));
    fs.symlinkSync('nowhere', at('data/nowhere'));
    assert.deepEqual(
      readFolder(at('data')).records.map((record) => record.path),
      ['kim/joy/1.png', 'tom/fear/3.png', 'tom/joy/2.png'],
    );
  });

  it('counts and names pictures of unsupported formats', () => {
    writeFiles(folder(), { 'joy/1.png': '', 'joy/2.HEIC': '', 'joy/3.bmp': '', 'fear/4.heic': '' });
    assert.throws(
      () => readFolder(folder()),
      /images for fear of IMAGES_DIR but received 1 \.heic, which are not read: save them as JPEG or PNG/,
    );
    writeFiles(folder(), { 'fear/5.png': '' });
    assert.deepEqual(readFolder(folder()).notes, [
      'pictures of unsupported formats were left out: 1 .bmp, 2 .heic',
    ]);
  });

  it('counts files that are not pictures, and reads .jfif and .jpe', () => {
    writeFiles(folder(), { 'joy/1.jfif': '', 'joy/2.JPE': '', 'joy/clip.mp4': '', 'joy/Thumbs.db': '' });
    const { records, notes } = readFolder(folder());
    assert.deepEqual(
      [records.length, notes],
      [2, ['files that are not pictures were left out: 1 .db, 1 .mp4']],
    );
  });

  it('counts pictures that lie beside the class folders', () => {
    writeFiles(folder(), { 'joy/1.png': '', '2.png': '', '3.jpg': '' });
    const { records, notes } = readFolder(folder());
    assert.deepEqual([records.length, notes], [1, ['2 images beside the class folders were left out']]);
  });

  it('names an empty class', () => {
    writeFiles(folder(), { 'joy/readme.txt': '' });
    assert.throws(() => readFolder(folder()), /Expected images for joy of IMAGES_DIR but received none$/);
  });

  it('says so if the class folders or the images lie further down', () => {
    writeFiles(folder(), { 'data/study/kim/joy/session 1/1.png': '' });
    const read = (place: string) => () => readFolder(path.join(folder(), place));
    assert.throws(read(''), /but received data\/study, which contains folders: name a folder further down/);
    assert.throws(read('data/study'), /images for kim\/joy of IMAGES_DIR but received folders only, which/);
  });

  it("recognizes FERG-DB's layout and names its reader", () => {
    writeFiles(folder(), { 'aia/aia_joy/1.png': '' });
    assert.throws(
      () => readFolder(folder()),
      /received aia\/aia_joy, which is FERG-DB's form: use --dataset ferg/,
    );
  });
});
