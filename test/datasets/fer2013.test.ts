import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { readFer2013 } from '../../lib/datasets/fer2013';
import { HOME_VARIABLE } from '../../lib/files/project';
import { useEnvironment } from '../support/environment';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readFer2013', () => {
  const folder = useTemporaryFolder();
  const setHome = useEnvironment(HOME_VARIABLE);
  beforeEach(() => setHome(path.join(folder(), 'home')));
  const cache = () => path.join(folder(), 'home', 'data', 'cache', 'converted');
  const pixels = Array.from({ length: 48 * 48 }, (_, index) => index % 256).join(' ');

  it('writes each row once as an image of 48x48 and reads label and side', async () => {
    writeFiles(folder(), {
      'fer2013.csv': `emotion,pixels,Usage\n0,${pixels},Training\n6,${pixels},PublicTest\n3,${pixels},Training\n`,
    });
    const { records, directory, cropped } = await readFer2013(folder());
    assert.deepEqual(records, [
      { path: 'PublicTest/00003.png', character: 'all', emotion: 'neutral', side: 'validation' },
      { path: 'Training/00002.png', character: 'all', emotion: 'anger', side: 'train' },
      { path: 'Training/00004.png', character: 'all', emotion: 'joy', side: 'train' },
    ]);
    assert.equal(cropped, true);
    const image = sharp(path.join(directory, 'Training/00002.png'));
    const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, [...data.subarray(0, 3)]], [48, 48, [0, 1, 2]]);
    const before = fs.statSync(path.join(directory, 'Training/00002.png')).mtimeMs;
    assert.deepEqual((await readFer2013(path.join(folder(), 'fer2013.csv'))).records, records);
    assert.equal(fs.statSync(path.join(directory, 'Training/00002.png')).mtimeMs, before);
  });

  it('names the row whose format is wrong, and leaves nothing half written', async () => {
    for (const row of [
      `7,${pixels},Training`,
      '1,1 2 3,Training',
      `1,${pixels.replace('255', '256')},Training`,
    ]) {
      writeFiles(folder(), { 'fer2013.csv': `emotion,pixels,Usage\n0,${pixels},Training\n${row}\n` });
      await assert.rejects(readFer2013(folder()), /2304 levels and a usage for row 3 of fer2013\.csv/);
      assert.deepEqual(fs.readdirSync(cache()), []);
    }
  });

  it('reads rows wherever the file is cut into pieces, with line ends of either kind', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => `${index % 7},${pixels},Training\r\n`);
    writeFiles(folder(), { 'fer2013.csv': `emotion,pixels,Usage\r\n${rows.join('').trimEnd()}` });
    const { records } = await readFer2013(folder());
    assert.equal(records.length, 30);
  });

  it('takes a table that begins with a byte-order mark', async () => {
    writeFiles(folder(), { 'fer2013.csv': `\uFEFFemotion,pixels,Usage\n0,${pixels},PrivateTest\n` });
    const { records } = await readFer2013(folder());
    assert.deepEqual(
      records.map(({ path: file, side }) => [file, side]),
      [['PrivateTest/00002.png', 'test']],
    );
  });

  it('refuses an overlong line before it fills the memory', async () => {
    const endless = '1 '.repeat(200_000);
    writeFiles(folder(), { 'fer2013.csv': `emotion,pixels,Usage\n0,${pixels},Training\n0,${endless}` });
    await assert.rejects(readFer2013(folder()), /at most 20000 characters for row 3 of fer2013\.csv/);
  });

  it('says that the table is missing', async () => {
    await assert.rejects(readFer2013(folder()), /Expected fer2013\.csv for DIR .*does not exist/);
  });
});
