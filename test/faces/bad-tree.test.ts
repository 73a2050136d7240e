import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { readFolder } from '../../lib/datasets/folder';
import { makeStore } from '../../lib/faces/store/preprocess';
import { loadStore } from '../../lib/faces/store/store';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { portraitPng } from './photos';
import { startFastest } from '../support/native';

const EACH = 150;
const SCRIPTS = [
  'лицо',
  '顔',
  'وجه',
  'चेहरा',
  'פנים',
  'ใบหน้า',
  'e\u0301',
  '😀',
  'it\'s, "odd"\n',
  ' -rf',
  '%2e%2e',
];

/** A PNG of very many pixels in very few bytes. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(60_000, 0);
  header.writeUInt32BE(60_000, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(9))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a tree of more than a thousand bad files', function () {
  this.timeout(120000);
  const folder = useTemporaryFolder();

  it('gives a row in skipped.csv for each, with its kind, and the blocks of the good ones', async () => {
    await startFastest();
    const whole = await portraitPng(0, 128);
    const root = path.join(folder(), 'data');
    writeFiles(folder(), { 'secret.png': whole });
    const kinds: Record<string, (file: string, index: number) => void> = {
      'empty-file': (file) => fs.writeFileSync(file, ''),
      'not-an-image': (file, index) =>
        fs.writeFileSync(file, index % 2 ? '<svg xmlns="x"/>' : `text ${index}`),
      truncated: (file, index) => fs.writeFileSync(file, whole.subarray(0, 40 + index)),
      undecodable: (file, index) => {
        const bytes = Buffer.from(whole);
        bytes.fill(index, 60, 400);
        fs.writeFileSync(file, bytes);
      },
      'outside-data-folder': (file) => fs.symlinkSync(path.join(folder(), 'secret.png'), file),
      'unreadable-file': (file) => fs.symlinkSync(path.basename(file), file),
      'missing-file': (file) => fs.symlinkSync('nowhere.png', file),
      'not-a-file': (file) => fs.symlinkSync(root, file),
      'too-large': (file, index) => {
        if (index % 2) fs.writeFileSync(file, hugePng());
        else {
          fs.writeFileSync(file, '');
          fs.truncateSync(file, 65 * 2 ** 20);
        }
      },
    };
    for (const [kind, make] of Object.entries(kinds)) {
      fs.mkdirSync(path.join(root, kind, 'joy'), { recursive: true });
      for (let index = 0; index < EACH; index++)
        make(path.join(root, kind, 'joy', `${SCRIPTS[index % SCRIPTS.length]}-${index}.png`), index);
    }
    fs.mkdirSync(path.join(root, 'good', 'joy'), { recursive: true });
    SCRIPTS.forEach((name) => fs.writeFileSync(path.join(root, 'good', 'joy', `${name}.png`), whole));
    fs.symlinkSync(root, path.join(root, 'good', 'joy', 'circle'));
    execFileSync('mkfifo', [path.join(root, 'not-a-file', 'joy', 'pipe.png')]);

    const dataset = readFolder(root);
    const directory = path.join(folder(), 'store');
    const cacheDirectory = path.join(folder(), 'cache');
    const made = await makeStore(dataset, { root, directory, cacheDirectory });
    const bad = Object.keys(kinds).length * EACH + 1;
    assert.deepEqual([made.frames, made.missed], [bad + SCRIPTS.length, bad]);
    const { skipped, records } = await loadStore(made.file);
    assert.deepEqual(
      records.map(({ path: name }) => name).sort(),
      SCRIPTS.map((name) => `good/joy/${name}.png`).sort(),
    );
    const wrong = skipped.filter(({ record, kind }) => record.character !== kind);
    assert.deepEqual(wrong.slice(0, 3), []);
    const rows = fs.readFileSync(path.join(directory, 'skipped.csv'), 'utf8').match(/\r\n/g);
    assert.equal(rows?.length, 1 + bad);
  });
});
