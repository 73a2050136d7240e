import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs';
import {
  type BlockSet,
  expectFaces,
  FACE_SIZE,
  cutBlocks,
  landmarkBox,
  measureFace,
  MOUTH_LANDMARKS,
} from '../../lib/core/blocks';
import { toGray } from '../../lib/core/image';
import type { FrameRecord } from '../../lib/core/record';
import { loadFaceDetector } from '../../lib/faces/detector/detect';
import { isUpright } from '../../lib/faces/detector/find-landmarks';
import {
  defaultWorkers,
  preprocess,
  type PreprocessOptions,
  type PreprocessResult,
} from '../../lib/faces/store/preprocess';
import { PORTRAIT_COUNT, cropPng, loadRgb, portraitPng } from './photos';
import { startFastest } from '../support/native';

const record = (name: string): FrameRecord => ({ path: name, character: 'aia', emotion: 'joy' });

/** Two shards: portraits in turn, and at some places a file that is none. */
const records = Array.from({ length: 260 }, (_, index) => record(`frames/${index}.png`));
const SMALL_RUN = records.slice(0, 6);

function block(blocks: BlockSet, name: string, which: 'eyes' | 'mouth'): Uint8Array {
  const index = blocks.records.findIndex(({ path: own }) => own === name);
  assert.ok(index >= 0, `${name} has no blocks`);
  return blocks[which].subarray(index * 1024, (index + 1) * 1024);
}

describe('preprocess', function () {
  this.timeout(120000);
  let base: string;
  let root: string;
  let count = 0;

  const run = (frames: readonly FrameRecord[], options: Partial<PreprocessOptions> = {}) =>
    preprocess(frames, { root, cacheDirectory: path.join(base, 'cache'), fixedMargin: true, ...options });
  const freshCache = () => path.join(base, `cache-${count++}`);

  before(async () => {
    await startFastest();
    base = await mkdtemp(path.join(os.tmpdir(), 'preprocess-'));
    root = path.join(base, 'data');
    await mkdir(path.join(root, 'frames'), { recursive: true });
    const portraits = await Promise.all(
      Array.from({ length: PORTRAIT_COUNT }, (_, index) => portraitPng(index)),
    );
    for (const [index, { path: name }] of records.entries())
      await writeFile(path.join(root, name), portraits[index % PORTRAIT_COUNT]);
  });

  after(() => rm(base, { recursive: true, force: true }));

  it("defect 1: each frame's blocks are cut from that frame and not from the last that was read", async () => {
    const { blocks } = await run(SMALL_RUN);
    const detector = await loadFaceDetector();
    for (let index = 0; index < PORTRAIT_COUNT; index++) {
      const image = await loadRgb(path.join(root, SMALL_RUN[index].path));
      const [face] = await detector.detect([image]);
      const alone = cutBlocks(toGray(image.data, image.width, image.height, 3), face!.landmarks);
      assert.equal(alone.kind, 'blocks');
      for (const which of ['eyes', 'mouth'] as const)
        assert.deepEqual(block(blocks, SMALL_RUN[index].path, which), 'eyes' in alone && alone[which]);
    }
    detector.dispose();
    assert.notDeepEqual(block(blocks, 'frames/0.png', 'eyes'), block(blocks, 'frames/1.png', 'eyes'));
  });

  it('defect 2: the eyes block is cut above the mouth block', async () => {
    const { blocks } = await run(SMALL_RUN);
    for (let index = 0; index < blocks.records.length; index++)
      assert.ok(blocks.eyesBoxes[4 * index + 1] < blocks.mouthBoxes[4 * index + 1]);
  });

  it('defect 6: boxes that leave the image are clamped to it', async () => {
    const { blocks } = await run([records[1]], { marginPx: 120 });
    for (const [x, y, width, height] of [blocks.eyesBoxes, blocks.mouthBoxes]) {
      assert.ok(x >= 0 && y >= 0 && x + width <= 256 && y + height <= 256);
      assert.ok(width > 200 && height > 100, `${width}x${height}`);
    }
    assert.equal(blocks.eyesBoxes[1], 0, 'the box left the image at the top');
    assert.ok(new Set(blocks.eyes).size > 8, 'the eyes block is not flat');
  });

  it('defect 7: the margin is one setting, 10 pixels by default and 30 on request', async () => {
    const [byDefault, ten, thirty] = [
      await run(SMALL_RUN),
      await run(SMALL_RUN, { marginPx: 10 }),
      await run(SMALL_RUN, { marginPx: 30 }),
    ];
    assert.deepEqual(byDefault.blocks, ten.blocks);
    assert.equal(ten.reusedShards, 1);
    assert.equal(thirty.reusedShards, 0);
    const [x, , width] = byDefault.blocks.mouthBoxes;
    assert.deepEqual([thirty.blocks.mouthBoxes[0], thirty.blocks.mouthBoxes[2]], [x - 20, width + 40]);
  });

  it('lets the margin follow the size of the face unless it is fixed', async () => {
    const { blocks } = await run(SMALL_RUN, { fixedMargin: false });
    const { blocks: fixed } = await run(SMALL_RUN);
    const landmarks = blocks.landmarks.subarray(0, 136);
    const margin = (10 * measureFace(landmarks)) / 117;
    const left = Math.floor(landmarkBox(landmarks, MOUTH_LANDMARKS).x - margin);
    assert.equal(blocks.mouthBoxes[0], left);
    assert.notEqual(fixed.mouthBoxes[0], left);
  });

  it('cuts the whole face where it is asked for', async () => {
    const { blocks } = await run([...SMALL_RUN, record('missing.png')], { wholeFace: true });
    const { faces, faceBoxes } = expectFaces(blocks);
    assert.equal(faces.length, SMALL_RUN.length * FACE_SIZE ** 2);
    assert.equal(faceBoxes.length, SMALL_RUN.length * 4);
    const landmarks = blocks.landmarks.subarray(0, 136);
    const image = await loadRgb(path.join(root, SMALL_RUN[0].path));
    const grey = toGray(image.data, image.width, image.height, 3);
    const alone = cutBlocks(grey, landmarks, { wholeFace: true });
    assert.ok(alone.kind === 'blocks' && alone.wholeFace);
    assert.deepEqual(faces.subarray(0, FACE_SIZE ** 2), alone.wholeFace.pixels);
    assert.equal(Math.round(1.2 * measureFace(landmarks)), faceBoxes[2]);
    assert.throws(() => expectFaces({ ...blocks, faces: undefined } as BlockSet), /Expected whole faces/);
  });

  it('asks no detector about cropped faces, and assumes mean landmarks where they are not upright', async () => {
    await writeFile(path.join(root, 'crop.png'), await cropPng(0));
    await writeFile(path.join(root, 'lying.png'), await cropPng(2, 90));
    const options = { cropped: true, fixedMargin: false };
    const { blocks } = await run([record('crop.png'), record('lying.png')], options);
    assert.deepEqual(blocks.skipped, []);
    assert.deepEqual([...blocks.scores], [0, 0]);
    assert.deepEqual(blocks.detectors, ['whole-image', 'assumed']);
    const [own, usual] = [blocks.landmarks.subarray(0, 136), blocks.landmarks.subarray(136)];
    // The first and the last of the mean landmarks of FER+.
    const ends = [...usual.subarray(0, 2), ...usual.subarray(134)];
    [0.103, 0.3821, 0.4679, 0.7903].forEach((share, at) => assert.ok(Math.abs(ends[at] - 48 * share) < 1e-5));
    assert.notDeepEqual(own, usual);
    assert.ok(isUpright(own));
    const { blocks: again } = await run([record('lying.png'), record('crop.png')], options);
    own.forEach((value, at) => assert.ok(Math.abs(again.landmarks[136 + at] - value) < 1e-3));
  });

  it('defect 8: a frame without a face is kept, with its reason', async () => {
    const create = { width: 64, height: 64, channels: 3, background: 'teal' } as const;
    await sharp({ create }).png().toFile(path.join(root, 'flat.png'));
    const { blocks } = await run([record('flat.png'), records[0]]);
    assert.deepEqual(blocks.skipped, [
      {
        record: record('flat.png'),
        kind: 'no-face',
        reason: 'Expected a face in flat.png but the detectors found none',
      },
    ]);
    assert.deepEqual(blocks.records, [records[0]]);
  });

  it('gives a reason for each kind of bad file and goes on', async () => {
    const whole = await portraitPng(0);
    const files: Record<string, Buffer> = {
      'bad/empty.png': Buffer.alloc(0),
      'bad/text.png': Buffer.from('not an image'),
      'bad/short.png': whole.subarray(0, whole.length >> 1),
      'bad/pixel.png': await sharp(whole).resize(1, 1).png().toBuffer(),
      'bad/顔, "x".png': whole,
    };
    await mkdir(path.join(root, 'bad'));
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(root, name), bytes);
    const frames = [...Object.keys(files), 'bad/missing.png', '../data/frames/0.png', '../../etc/passwd'].map(
      record,
    );
    const { blocks } = await run(frames);
    assert.deepEqual(
      blocks.skipped.map(({ kind }) => kind),
      ['empty-file', 'not-an-image', 'truncated', 'no-face', 'missing-file', 'outside-data-folder'],
    );
    assert.deepEqual(
      blocks.records.map((own) => own.path),
      ['bad/顔, "x".png', '../data/frames/0.png'],
    );
  });

  it('finds the same face in grey, 16 bits, alpha, CMYK and by EXIF rotation', async () => {
    const portrait = sharp(await portraitPng(1));
    const forms: Record<string, Promise<Buffer>> = {
      'form/plain.png': portrait.clone().png().toBuffer(),
      'form/gray.png': portrait.clone().grayscale().png().toBuffer(),
      'form/deep.png': portrait.clone().toColourspace('rgb16').png().toBuffer(),
      'form/alpha.png': portrait.clone().ensureAlpha(1).png().toBuffer(),
      'form/cmyk.jpg': portrait.clone().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      'form/exif.jpg': portrait
        .clone()
        .rotate(270)
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 100 })
        .toBuffer(),
    };
    await mkdir(path.join(root, 'form'));
    for (const [name, bytes] of Object.entries(forms)) await writeFile(path.join(root, name), await bytes);
    const { blocks } = await run(Object.keys(forms).map(record));
    assert.deepEqual(blocks.skipped, []);
    for (let index = 1; index < blocks.records.length; index++)
      for (let at = 0; at < 136; at++) {
        const difference = Math.abs(blocks.landmarks[136 * index + at] - blocks.landmarks[at]);
        assert.ok(
          difference < 6,
          `${blocks.records[index].path}: landmark ${at >> 1} is ${difference} px off`,
        );
      }
  });

  it('decodes a large image on its own and cuts from its own pixels', async () => {
    const large = await sharp(await portraitPng(1))
      .resize(1600, 1600)
      .png()
      .toBuffer();
    await writeFile(path.join(root, 'large.png'), large);
    const { blocks } = await run([record('large.png'), records[1]], { marginPx: 0 });
    assert.deepEqual([...blocks.imageSizes], [1600, 1600, 256, 256]);
    const ratio = blocks.eyesBoxes[2] / blocks.eyesBoxes[6];
    assert.ok(Math.abs(ratio - 6.25) < 0.5, `${ratio}`);
  });

  it('gives the same store from worker processes', async () => {
    const options = { shardSize: 4, workers: 2 };
    const alone = await run(SMALL_RUN, { ...options, workers: 1, cacheDirectory: freshCache() });
    const steps: number[][] = [];
    const onProgress = (...step: number[]) => steps.push(step);
    const together = await run(SMALL_RUN, { ...options, cacheDirectory: freshCache(), onProgress });
    assert.deepEqual(
      together.blocks.records.map(({ path: name }) => name),
      SMALL_RUN.map(({ path: name }) => name),
    );
    assert.equal(together.computedShards, 2);
    assert.deepEqual(steps.at(-1), [6, 6]);
    assert.deepEqual(together.blocks, alone.blocks);
  });

  it('throws the error of a given worker at once, though its other jobs go on', async () => {
    let started = 0;
    const worker = {
      run: () => (started++ > 0 ? Promise.reject(new Error('broken')) : new Promise<never>(() => undefined)),
      stop: () => assert.fail('its caller stops it'),
    };
    await assert.rejects(run(SMALL_RUN, { shardSize: 2, workers: 2, worker }), /broken/);
    assert.equal(started, 3);
  });

  it('starts a process for each core where there are enough images', () => {
    assert.equal(defaultWorkers(1023, 2), 1);
    assert.equal(defaultWorkers(1024, 2), 2);
    assert.equal(defaultWorkers(2000, 64), 8);
    assert.equal(defaultWorkers(2000, 1), 1);
  });

  it('two runs at once on one cache give the same blocks', async () => {
    const cacheDirectory = freshCache();
    const [one, other] = await Promise.all([
      run(SMALL_RUN, { cacheDirectory, shardSize: 2 }),
      run(SMALL_RUN, { cacheDirectory, shardSize: 2 }),
    ]);
    assert.deepEqual(one.blocks, other.blocks);
    assert.equal((await readdir(cacheDirectory)).length, 3);
  });

  it('enlarges cropped faces, and takes the whole image where no face is found', async () => {
    const noise = Uint8Array.from({ length: 48 * 48 * 3 }, (_, at) => (at * 7919) % 256);
    const raw = { width: 48, height: 48, channels: 3 } as const;
    await writeFile(path.join(root, 'crop.png'), await cropPng(0));
    await sharp(noise, { raw }).png().toFile(path.join(root, 'noise.png'));
    const frames = [record('crop.png'), record('noise.png')];
    const plain = await run(frames, { cacheDirectory: freshCache(), marginPx: 0 });
    assert.ok(plain.blocks.skipped.some((missed) => missed.record.path === 'noise.png'));
    const { blocks } = await run(frames, { cacheDirectory: freshCache(), marginPx: 0, cropped: true });
    assert.ok(blocks.records.some((found) => found.path === 'crop.png'));
    assert.deepEqual([...blocks.imageSizes.subarray(0, 2)], [48, 48]);
    assert.ok(blocks.eyesBoxes[1] < blocks.mouthBoxes[1] && blocks.eyesBoxes[2] > 12);
  });

  describe('a second time', () => {
    let cacheDirectory: string;
    let first: PreprocessResult;

    before(async () => {
      cacheDirectory = freshCache();
      first = await run(records, { cacheDirectory });
    });

    it('reuses what it computed, and says so', async () => {
      assert.deepEqual([first.computedShards, first.reusedShards], [2, 0]);
      const progress: number[][] = [];
      const second = await run(records, { cacheDirectory, onProgress: (...step) => progress.push(step) });
      assert.deepEqual([second.computedShards, second.reusedShards], [0, 2]);
      assert.deepEqual(second.blocks, first.blocks);
      assert.deepEqual(progress.at(-1), [260, 260]);
    });

    it('computes the shard of a changed image again, and no other', async () => {
      const copy = path.join(base, 'copy');
      await cp(root, copy, { recursive: true });
      await writeFile(path.join(copy, records[258].path), await portraitPng(2, 200));
      const again = await run(records, { root: copy, cacheDirectory });
      assert.deepEqual([again.computedShards, again.reusedShards], [1, 1]);
      assert.deepEqual([...again.blocks.imageSizes.slice(2 * 258, 2 * 258 + 4)], [200, 200, 256, 256]);
      assert.deepEqual(again.blocks.eyes.slice(0, 256 * 1024), first.blocks.eyes.slice(0, 256 * 1024));
    });

    it('computes again what it stored for another label or by another setting', async () => {
      const options = { cacheDirectory: freshCache() };
      await run(SMALL_RUN, options);
      assert.equal((await run(SMALL_RUN, options)).reusedShards, 1);
      for (const label of [{ emotion: 'fear' as const }, { character: 'ray' }, { clip: 'a' }, { frame: 7 }]) {
        const [first, ...others] = SMALL_RUN;
        const { blocks, reusedShards } = await run([{ ...first, ...label }, ...others], options);
        assert.deepEqual([reusedShards, blocks.records[0]], [0, { ...first, ...label }]);
      }
      for (const setting of [
        { marginPx: 11 },
        { fixedMargin: false },
        { wholeFace: true },
        { cropped: true },
      ])
        assert.equal((await run(SMALL_RUN, { ...options, ...setting })).reusedShards, 0, inspect(setting));
    });
  });

  it('computes a broken shard again, to the same bytes', async () => {
    const cacheDirectory = freshCache();
    await run(SMALL_RUN, { cacheDirectory });
    const [name, ...others] = await readdir(cacheDirectory);
    assert.deepEqual(others, [], 'one file and nothing aside');
    const file = path.join(cacheDirectory, name);
    const bytes = await readFile(file);
    await truncate(file, bytes.length >> 1);
    const again = await run(SMALL_RUN, { cacheDirectory });
    assert.deepEqual([again.computedShards, again.reusedShards], [1, 0]);
    assert.ok((await readFile(file)).equals(bytes));
  });

  it('does not keep a shard whose file changed after it was first read', async () => {
    const cacheDirectory = freshCache();
    const name = 'changing.png';
    await writeFile(path.join(root, name), await portraitPng(0));
    const frames = [...records.slice(0, 64), record(name)];
    let isChanged = false;
    const onProgress = () => {
      if (isChanged) return;
      isChanged = true;
      writeFileSync(path.join(root, name), 'changed');
    };
    const { blocks } = await run(frames, { cacheDirectory, onProgress });
    assert.deepEqual(
      blocks.skipped.map(({ kind }) => kind),
      ['changed-while-reading'],
    );
    assert.equal((await run(frames, { cacheDirectory })).computedShards, 1);
  });

  it('names the path that it could not write', async () => {
    const cacheDirectory = path.join(root, records[0].path);
    await assert.rejects(run(SMALL_RUN, { cacheDirectory }), /0\.png/);
  });

  it('gives an empty set for no records, and leaves no tensor behind', async () => {
    const tensors = tf.memory().numTensors;
    assert.equal((await run([])).blocks.records.length, 0);
    await run(SMALL_RUN, { cacheDirectory: freshCache() });
    assert.equal(tf.memory().numTensors, tensors);
  });
});
