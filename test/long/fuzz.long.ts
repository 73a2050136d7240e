import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom, type Random } from '../../lib/core/random';
import { SPLIT_PARTS } from '../../lib/core/record';
import type { Dataset } from '../../lib/datasets/dataset';
import { readFerPlus } from '../../lib/datasets/fer-plus';
import { readFer2013 } from '../../lib/datasets/fer2013';
import { hasLabels, readLabels } from '../../lib/datasets/labels';
import { planSample } from '../../lib/characters';
import { parseManifest, toManifestText } from '../../lib/characters/sample-files';
import { HOME_VARIABLE, isInside, projectRoot } from '../../lib/files/project';
import { decodeImage, isBadImage } from '../../lib/faces/picture/decode';
import { loadStore } from '../../lib/faces/store/store';
import { decodeModel } from '../../lib/model/files/model-file';
import { decodeSafetensors } from '../../lib/model/files/safetensors';
import { DEFAULT_MODEL } from '../../lib/predict/classifier';
import { splitPpm } from '../../lib/predict/video';
import { parseFrames } from '../../lib/study/evidence/evidence-archive';
import { faceRow, missedRow, writeShard } from '../support/blocks';
import { portraitPng } from '../faces/photos';
import { useEnvironment } from '../support/environment';
import { writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

/** Seconds that all readers together are fed for. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 60);

/** Where the random changes begin: another seed looks elsewhere, the same one sees the same again. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);

/** The most that one broken file may make the process grow by. */
const MOST_GROWTH_MB = 600;

interface Reader {
  readonly name: string;
  /** Whole files to be broken. */
  readonly examples: () => Promise<Uint8Array[]>;
  /** Reads, and disposes what it read; throws RangeError, and nothing else, for what is broken. */
  readonly read: (bytes: Uint8Array) => unknown;
  /** Whether it returns what is wrong with a broken file, and never throws. */
  readonly isDataWhenBad?: boolean;
}

/** Numbers that break readers: lengths just beyond what fits, signs, powers of two. */
const NASTY = [0, 1, 127, 128, 255];

/** Changes a file as accidents and enemies do: bits, bytes, runs, cuts, doublings, lengths. */
function breakBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let broken = Uint8Array.from(bytes);
  const changes = 1 + random.integer(4);
  for (let change = 0; change < changes && broken.length > 0; change++) {
    // Most of what can break a reader stands in the first bytes.
    const at =
      random.next() < 0.5 ? random.integer(Math.min(256, broken.length)) : random.integer(broken.length);
    const kind = random.integer(6);
    if (kind === 0) broken[at] ^= 1 << random.integer(8);
    else if (kind === 1) broken[at] = random.pick(NASTY);
    else if (kind === 2) broken.fill(random.pick(NASTY), at, at + 1 + random.integer(8));
    else if (kind === 3) broken = broken.slice(0, at);
    else if (kind === 4)
      broken = Uint8Array.from([
        ...broken.subarray(0, at),
        ...broken.subarray(Math.max(0, at - random.integer(64))),
      ]);
    else for (let i = at; i < Math.min(at + 8, broken.length); i++) broken[i] = random.integer(256);
  }
  return broken;
}

const rows = [faceRow(0), missedRow(1), faceRow(2)];

const readers: readonly Reader[] = [
  {
    name: 'decodeSafetensors',
    examples: async () => [
      fs.readFileSync(path.join(__dirname, '..', 'fixtures', 'model', 'tergat-twin.safetensors')),
    ],
    read: decodeSafetensors,
  },
  {
    name: 'decodeModel',
    examples: async () => [fs.readFileSync(path.join(projectRoot(), DEFAULT_MODEL))],
    read: (bytes) => decodeModel(bytes, 'broken').network.dispose(),
  },
  {
    name: 'loadStore',
    examples: () => inFolder(async (folder) => [fs.readFileSync(await writeShard(folder, 'shard', rows))]),
    read: (bytes) =>
      inFolder((folder) => {
        writeFiles(folder, { 'shard.arrow': bytes });
        return loadStore(path.join(folder, 'shard.arrow'));
      }),
  },
  {
    name: 'parseManifest',
    examples: async () => [
      Buffer.from(toManifestText(planSample({ clipsPerCell: 1, framesPerClip: 1 }).slice(0, 3))),
    ],
    read: (bytes) => {
      const entries = parseManifest(new TextDecoder().decode(bytes));
      for (const { path: frame, emotion, landmarks } of entries) {
        assert.ok(EMOTIONS.includes(emotion) && landmarks.length === 136 && landmarks.every(Number.isFinite));
        assert.equal(typeof frame, 'string');
      }
    },
  },
  {
    name: 'readFer2013',
    examples: async () => [
      Buffer.from(fer2013Table()),
      Buffer.from(`\uFEFF${fer2013Table().replaceAll('\n', '\r\n')}`),
    ],
    read: (bytes) =>
      readTable('fer2013.csv', bytes, {
        read: (folder) => readFer2013(folder),
      }),
  },
  {
    name: "readFerPlus' label.csv",
    examples: async () => [
      Buffer.from(
        'fer1.png,"(0, 0, 48, 48)",0,8,0,0,1,0,0,0,1,0\r\nfer2.png,"(0, 0, 48, 48)",9,0,0,0,0,0,1,0,0,0\r\n',
      ),
    ],
    read: (bytes) =>
      readTable('FER2013Train/label.csv', bytes, {
        pictures: {
          'FER2013Train/fer1.png': '',
          'FER2013Train/fer2.png': '',
          'FER2013Valid/label.csv': 'fer3.png,"(0, 0, 48, 48)",0,10,0,0,0,0,0,0,0,0\n',
          'FER2013Valid/fer3.png': '',
          'FER2013Test/label.csv': 'fer4.png,"(0, 0, 48, 48)",0,0,10,0,0,0,0,0,0,0\n',
          'FER2013Test/fer4.png': '',
        },
        read: (folder) => readFerPlus(folder, { labels: 'all' }),
      }),
  },
  {
    name: "readFerPlus' votes",
    examples: async () => [
      Buffer.from(
        'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n' +
          'Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0\nPublicTest,fer0028709.png,0,0,10,0,0,0,0,0,0,0\n',
      ),
    ],
    read: (bytes) =>
      readTable('fer2013new.csv', bytes, {
        pictures: { 'fer2013.csv': fer2013Table() },
        read: (folder) => readFerPlus(folder, { labels: 'plural' }),
      }),
  },
  {
    name: 'readLabels',
    examples: async () => [
      Buffer.from('path,label,person,side,age\na.png,Happy,kim,test,30\n"b, c.png",3,,,"3""1"\n'),
      Buffer.from('\uFEFFpath;label;glasses\r\na.png;fear;yes\r\n.\\b, c.png;contempt;\r\n'),
      Buffer.from('\uFEFFlabel\tpath\njoy\ta.png\n', 'utf16le'),
    ],
    read: (bytes) =>
      readTable('labels.csv', bytes, {
        pictures: { 'a.png': '', 'b, c.png': '' },
        read: (folder) => {
          // What is no such table in the eyes of `--data` is read as one when it is named.
          hasLabels(folder);
          return readLabels(folder, { numbered: 'fer2013' });
        },
      }),
  },
  {
    name: 'parseFrames',
    examples: async () => [
      Buffer.from('path,character,emotion,clip\r\na/1.png,mia,joy,mia/joy/1\r\nb/2.png,bo,anger,\r\n'),
    ],
    read: (bytes) => {
      for (const { path: frame, character, emotion } of parseFrames(new TextDecoder().decode(bytes)))
        assert.ok(typeof frame === 'string' && typeof character === 'string' && EMOTIONS.includes(emotion));
    },
  },
  {
    name: 'splitPpm',
    examples: async () => [Buffer.from(`P6\n3 2\n255\n${'x'.repeat(18)}P6\n1 1\n255\nabc`, 'latin1')],
    read: async (bytes) => {
      const stream = (async function* () {
        yield Buffer.from(bytes);
      })();
      for await (const { width, height, data } of splitPpm(stream))
        assert.equal(data.length, 3 * width * height);
    },
  },
  {
    name: 'decodeImage',
    examples: async () => [await portraitPng(0, 64)],
    read: async (bytes) => {
      const image = await decodeImage(Buffer.from(bytes), 'broken');
      if (!isBadImage(image)) assert.equal(image.data.length, 3 * image.width * image.height);
    },
    isDataWhenBad: true,
  },
];

/** The pictures that a table names. */
type Pictures = Readonly<Record<string, Uint8Array | string>>;

/** Reads a table from a file of its own beside the pictures that it names, and looks at the images that became of it. */
async function readTable(
  file: string,
  bytes: Uint8Array,
  { pictures = {}, read }: { pictures?: Pictures; read: (folder: string) => Dataset | Promise<Dataset> },
): Promise<void> {
  await inFolder(async (folder) => {
    writeFiles(folder, { ...pictures, [file]: bytes });
    process.env[HOME_VARIABLE] = path.join(folder, 'home');
    const { directory, records } = await read(folder);
    for (const { path: image, character, emotion, side = 'train', votes = [], attributes = {} } of records) {
      assert.ok(
        fs.statSync(path.join(directory, image)).isFile() && isInside(directory, path.join(directory, image)),
      );
      assert.ok(EMOTIONS.includes(emotion) && SPLIT_PARTS.includes(side) && character !== '');
      assert.ok(
        votes.every(Number.isSafeInteger) &&
          Object.values(attributes).every((value) => typeof value === 'string'),
      );
    }
  });
}

/** Does something with a temporary folder. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-fuzz-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Writes FER2013's table of two images. */
function fer2013Table(): string {
  const pixels = Array.from({ length: 48 * 48 }, (_, index) => index % 256).join(' ');
  return `emotion,pixels,Usage\n0,${pixels},Training\n6,${pixels},PublicTest\n`;
}

async function feed(reader: Reader, milliseconds: number): Promise<{ files: number; refused: number }> {
  const examples = await reader.examples();
  const counts = { files: 0, refused: 0 };
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const random = createRandom(SEED, reader.name, counts.files);
    const bytes = breakBytes(random.pick(examples), random);
    try {
      await reader.read(bytes);
    } catch (error) {
      counts.refused += 1;
      if (reader.isDataWhenBad || !(error instanceof RangeError))
        throw new Error(`${reader.name} fell over file ${counts.files} of seed ${SEED}`, { cause: error });
    }
    counts.files += 1;
  }
  return counts;
}

describe('a reader that is fed broken files', function () {
  useEnvironment(HOME_VARIABLE);
  this.timeout(SECONDS * 1000 + 60_000);
  before(startFastest);

  for (const reader of readers) {
    it(`${reader.name} reads or refuses each, keeps no tensor and takes bounded memory`, async () => {
      const [tensors, memory] = [tf.memory().numTensors, process.memoryUsage().rss];
      const { files, refused } = await feed(reader, (SECONDS * 1000) / readers.length);
      assert.ok(files >= 10, `${files} files`);
      assert.ok(reader.isDataWhenBad || refused > 0, 'not one was broken');
      assert.equal(tf.memory().numTensors, tensors);
      assert.ok((process.memoryUsage().rss - memory) / 2 ** 20 < MOST_GROWTH_MB);
    });
  }
});
