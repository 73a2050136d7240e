import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readFerPlus } from '../../lib/datasets/fer-plus';
import { HOME_VARIABLE } from '../../lib/files/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const HEADER =
  'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\r\n';
const PIXELS = Array.from({ length: 48 * 48 }, (_, index) => index % 256).join(' ');

const JOY = '0,10,0,0,0,0,0,0,0,0';
const CONTEMPT = '0,0,0,0,3,0,0,7,0,0';
const NEUTRAL_BY_FEW = '4,0,0,3,3,0,0,0,0,0';
const NO_FACE = '0,0,0,0,0,0,0,0,0,10';

/** The same five images in both forms: four in three folders, and a fifth that FER+ removed. */
const FOLDERS = {
  'FER2013Train/label.csv': `fer0000000.png,"(0, 0, 48, 48)",${JOY}\nfer0000002.png,"(0, 0, 48, 48)",${CONTEMPT}\n`,
  'FER2013Train/fer0000000.png': '',
  'FER2013Train/fer0000002.png': '',
  'FER2013Valid/label.csv': `fer0000003.png,"(0, 0, 48, 48)",${NEUTRAL_BY_FEW}\n`,
  'FER2013Valid/fer0000003.png': '',
  'FER2013Test/label.csv': `fer0000004.png,"(0, 0, 48, 48)",${JOY}\n`,
  'FER2013Test/fer0000004.png': '',
};
const TABLES = {
  'fer2013.csv': `emotion,pixels,Usage\n${['Training', 'Training', 'Training', 'PublicTest', 'PrivateTest']
    .map((usage) => `3,${PIXELS},${usage}\n`)
    .join('')}`,
  'fer2013new.csv': `${HEADER}Training,fer0000000.png,${JOY}\r\nTraining,,${NO_FACE}\r\nTraining,fer0000002.png,${CONTEMPT}\r\nPublicTest,fer0000003.png,${NEUTRAL_BY_FEW}\r\nPrivateTest,fer0000004.png,${JOY}\r\n`,
};

describe('readFerPlus', () => {
  const folder = useTemporaryFolder();
  const setHome = useEnvironment(HOME_VARIABLE);
  beforeEach(() => setHome(path.join(folder(), 'home')));
  const read = (labels?: 'strict' | 'plural' | 'all', name = '') =>
    readFerPlus(path.join(folder(), name), { labels });

  it('reads three folders with votes and sides, labelled by the strict rule', async () => {
    writeFiles(folder(), FOLDERS);
    const { records, notes, cropped, directory } = await read();
    const votes = [0, 10, 0, 0, 0, 0, 0, 0, 0, 0];
    const joy = { character: 'all', emotion: 'joy', votes };
    assert.deepEqual(records, [
      { path: 'FER2013Train/fer0000000.png', side: 'train', ...joy },
      { path: 'FER2013Test/fer0000004.png', side: 'test', ...joy },
    ]);
    assert.deepEqual([cropped, directory], [true, folder()]);
    assert.deepEqual(notes, [
      '2 images have none of the seven labels by the rule strict and were left out: contempt 1, no majority 1',
    ]);
  });

  it('gives the same records, in the same order, from both tables', async () => {
    writeFiles(path.join(folder(), 'folders'), FOLDERS);
    writeFiles(path.join(folder(), 'tables'), TABLES);
    for (const labels of ['strict', 'plural', 'all'] as const) {
      const [first, second] = await Promise.all([read(labels, 'folders'), read(labels, 'tables')]);
      assert.deepEqual(second.records, first.records, labels);
      assert.deepEqual(second.notes, first.notes, labels);
      for (const record of second.records) assert.ok(fs.existsSync(path.join(second.directory, record.path)));
    }
  });

  it('labels by the most votes, or every image that can have a label', async () => {
    writeFiles(folder(), FOLDERS);
    const emotions = async (labels: 'plural' | 'all') =>
      (await read(labels)).records.map(({ emotion }) => emotion).join();
    assert.equal(await emotions('plural'), 'joy,neutral,joy');
    assert.equal(await emotions('all'), 'joy,anger,neutral,joy');
  });

  it('finds the folders in data, and takes the tables where label files have no images', async () => {
    writeFiles(path.join(folder(), 'data'), FOLDERS);
    assert.equal((await read()).directory, path.join(folder(), 'data'));
    for (const name of Object.keys(FOLDERS).filter((file) => file.endsWith('.png')))
      fs.rmSync(path.join(folder(), 'data', name));
    writeFiles(folder(), TABLES);
    assert.match((await read()).directory, /home.data.cache.converted.fer-plus-/);
  });

  it('takes a name that occurs twice only once', async () => {
    const twice = (name: keyof typeof TABLES, line: string) => `${TABLES[name]}${line}`;
    writeFiles(folder(), {
      'fer2013.csv': twice('fer2013.csv', `3,${PIXELS},PrivateTest\n`),
      'fer2013new.csv': twice('fer2013new.csv', `PrivateTest,fer0000004.png,${JOY}\n`),
    });
    assert.equal((await read()).records.length, 2);
  });

  it('says what is missing', async () => {
    await assert.rejects(read(), /Expected a folder with FER\+, FER2013Train, .* with neither/);
    writeFiles(folder(), FOLDERS);
    for (const name of ['FER2013Valid', 'FER2013Test/fer0000004.png'])
      fs.rmSync(path.join(folder(), name), { recursive: true });
    await assert.rejects(
      read(),
      /a folder of images for FER\+ but received .*FER2013Valid, which does not exist/,
    );
    writeFiles(folder(), {
      'FER2013Valid/label.csv': FOLDERS['FER2013Valid/label.csv'],
      'FER2013Valid/fer0000003.png': '',
    });
    await assert.rejects(
      read(),
      /Expected an image for row 1 of FER2013Test\/label\.csv but received none at FER2013Test\/fer0000004/,
    );
  });

  it('names the row whose format is wrong or that does not correspond', async () => {
    const [joy, contempt] = ['0,10,0,0,0,0,0,0,0,0', '0,10'];
    writeFiles(folder(), { ...FOLDERS, 'FER2013Test/label.csv': `fer0000004.png,box,${contempt}\n` });
    await assert.rejects(read(), /Expected ten votes for row 1 of FER2013Test\/label\.csv but received 0,10/);
    fs.rmSync(path.join(folder(), 'FER2013Train'), { recursive: true });
    for (const name of ['FER2013Valid', 'FER2013Test'])
      fs.rmSync(path.join(folder(), name), { recursive: true });
    const votes = (rows: string) => writeFiles(folder(), { ...TABLES, 'fer2013new.csv': rows });
    votes(`Usage,pixels\n`);
    await assert.rejects(read(), /for row 1 of fer2013new\.csv but received Usage,pixels/);
    votes(`${HEADER}Training,../x.png,${joy}\n`);
    await assert.rejects(read(), /a name like fer0000000\.png for row 2 of fer2013new\.csv/);
    votes(`${HEADER}Training,fer0000000.png,${joy}\n`);
    await assert.rejects(read(), /a row of fer2013new\.csv for row 3 of fer2013\.csv but received 1 rows/);
    votes(TABLES['fer2013new.csv'].replace('PublicTest', 'PrivateTest'));
    await assert.rejects(read(), /usage of fer2013new\.csv \(test\) for row 5 of fer2013\.csv .* PublicTest/);
    votes(`${TABLES['fer2013new.csv']}PrivateTest,fer0000009.png,${joy}\n`);
    await assert.rejects(read(), /Expected the 5 images of fer2013new\.csv in fer2013\.csv but received 4/);
  });
});
