import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { splitRecords } from '../../lib/core/split';
import { readFerPlus } from '../../lib/datasets/fer-plus';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const BOX = '"(0, 0, 48, 48)"';
const JOY = '0,9,0,0,0,0,0,0,1,0';
const TIE = '4,0,0,0,4,0,0,0,2,0';
const LEAD = '4,0,0,1,3,2,0,0,0,0';
const CONTEMPT = '0,0,0,0,2,0,0,8,0,0';
const UNKNOWN = '0,0,0,0,0,0,0,0,9,1';

describe('readFerPlus', () => {
  const folder = useTemporaryFolder();
  const read = (labels?: 'strict' | 'plural' | 'all') =>
    readFerPlus(folder(), { labels, cacheDirectory: path.join(folder(), 'cache') });
  const namesOf = async (labels?: 'strict' | 'plural' | 'all') =>
    (await read(labels)).records.map(({ path: name, emotion }) => `${name} ${emotion}`);

  function writeFolders(): void {
    const sides = {
      FER2013Train: [JOY, TIE, LEAD],
      FER2013Valid: [CONTEMPT],
      FER2013Test: [UNKNOWN, JOY],
    };
    let number = 0;
    for (const [side, rows] of Object.entries(sides)) {
      const names = rows.map(() => `fer000000${number++}.png`);
      writeFiles(folder(), {
        [`${side}/label.csv`]: rows.map((votes, row) => `${names[row]},${BOX},${votes}\n`).join(''),
        ...Object.fromEntries(names.map((name) => [`${side}/${name}`, 'an image'])),
      });
    }
  }

  function writeTables(): void {
    const pixels = Array.from({ length: 48 * 48 }, (_, index) => index % 256).join(' ');
    const rows = [
      ['Training', 'fer0000000.png', JOY],
      ['PublicTest', 'fer0000001.png', JOY],
      ['Training', '', '0,0,0,0,0,0,0,0,0,10'],
      ['PrivateTest', 'fer0000003.png', LEAD],
      ['Training', 'fer0000004.png', TIE],
    ];
    writeFiles(folder(), {
      'fer2013.csv': `emotion,pixels,Usage\n${rows.map(([usage]) => `3,${pixels},${usage}\n`).join('')}`,
      'fer2013new.csv': `\uFEFFUsage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\r\n${rows.map((row) => `${row.join(',')}\r\n`).join('')}`,
    });
  }

  it("labels the three folders' images by FER+'s own rule, with votes and official sides", async () => {
    writeFolders();
    const { records, cropped, notes, directory } = await read();
    assert.deepEqual(records, [
      { path: 'FER2013Train/fer0000000.png', character: 'all', emotion: 'joy', side: 'train', votes: [0, 9, 0, 0, 0, 0, 0, 0, 1, 0] }, // prettier-ignore
      { path: 'FER2013Test/fer0000005.png', character: 'all', emotion: 'joy', side: 'test', votes: [0, 9, 0, 0, 0, 0, 0, 0, 1, 0] }, // prettier-ignore
    ]);
    assert.equal(cropped, true);
    assert.equal(directory, folder());
    assert.match(
      notes![0],
      /^4 images were left out: none of the seven expressions wins by FER\+'s majority/,
    );
  });

  it('labels by the most votes, or takes every image with a vote for one of the seven', async () => {
    writeFolders();
    assert.deepEqual(await namesOf('plural'), [
      'FER2013Train/fer0000000.png joy',
      'FER2013Train/fer0000002.png neutral',
      'FER2013Test/fer0000005.png joy',
    ]);
    assert.deepEqual(await namesOf('all'), [
      'FER2013Train/fer0000000.png joy',
      'FER2013Train/fer0000001.png anger',
      'FER2013Train/fer0000002.png neutral',
      'FER2013Valid/fer0000003.png anger',
      'FER2013Test/fer0000005.png joy',
    ]);
  });

  it("reads FER2013's table beside FER+'s votes under the same names", async () => {
    writeTables();
    const { records, directory } = await read('all');
    assert.deepEqual(
      records.map(({ path: name, emotion, side }) => `${name} ${emotion} ${side}`),
      [
        'FER2013Train/fer0000000.png joy train',
        'FER2013Train/fer0000004.png anger train',
        'FER2013Valid/fer0000001.png joy validation',
        'FER2013Test/fer0000003.png neutral test',
      ],
    );
    for (const { path: name } of records) assert.ok(fs.existsSync(path.join(directory, name)), name);
    assert.deepEqual((await read('all')).records, records);
  });

  it('names the row that is of another form', async () => {
    writeFolders();
    writeFiles(folder(), { 'FER2013Valid/label.csv': `fer0000003.png,${BOX},1,2,3\n` });
    await assert.rejects(
      read(),
      /a name and 10 votes for row 1 of .*FER2013Valid.label\.csv but received fer/,
    );
  });

  it('names the image that is missing, the folder that is missing, and tables of other lengths', async () => {
    writeFolders();
    fs.rmSync(path.join(folder(), 'FER2013Test', 'fer0000005.png'));
    await assert.rejects(read(), /the image fer0000005\.png of .*label\.csv beside it but received none/);
    fs.rmSync(path.join(folder(), 'FER2013Test'), { recursive: true });
    await assert.rejects(read(), /label\.csv of FER\+ in FER2013Test but received none/);
    writeTables();
    fs.appendFileSync(path.join(folder(), 'fer2013new.csv'), `Training,fer0000005.png,${JOY}\n`);
    await assert.rejects(read(), /Expected 5 rows, as fer2013\.csv has, for .* but received 6/);
  });

  it('splits as its official sides say; a data set without sides cannot be split so', async () => {
    writeTables();
    const { records } = await read('all');
    const { name, train, validation, test } = splitRecords(records, 'official', 1);
    assert.deepEqual([name, train, validation, test], ['official', [0, 1], [2], [3]]);
    const bare = records.map(({ path: file, character, emotion }) => ({ path: file, character, emotion }));
    assert.throws(
      () => splitRecords(bare, 'official', 1),
      /Expected an official side for FER2013Train\/fer0000000\.png but received none: this data set has no sides/,
    );
  });
});
