import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../../lib/core/blocks';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { createRandom } from '../../lib/core/random';
import { startEngine } from '../../lib/tensor/backend';
import { ORIGINAL_RECIPE } from '../../lib/model/training/recipe';
import { buildBoxesNetwork } from '../../lib/model/networks/baselines';
import { TRAINED_MODELS } from '../../lib/study/real-faces/models';
import {
  checkpointDirectory,
  createFileStore,
  fingerprintFaces,
  trainCached,
  type CachedTraining,
  type CachedTrainingOptions,
} from '../../lib/study/train-cached';
import { buildFaceSet, makeBlockSet, makeRecords } from '../support/blocks';
import { useTemporaryFolder } from '../support/folder';

/** Faces whose boxes tell the expression. */
function makeBlocks(count: number): BlockSet {
  const random = createRandom('boxes');
  const boxes = () =>
    Float32Array.from({ length: 4 * count }, (_, i) => (Math.floor(i / 4) % 7) * 20 + random.next());
  return makeBlockSet(makeRecords(count), {
    eyesBoxes: boxes(),
    mouthBoxes: boxes(),
    imageSizes: new Float32Array(2 * count).fill(256),
  });
}

describe('trainCached', () => {
  const folder = useTemporaryFolder();
  const blocks = makeBlocks(70);
  const faces = {
    train: { faces: Array.from({ length: 56 }, (_, i) => i), missed: 0 },
    validation: { faces: Array.from({ length: 14 }, (_, i) => 56 + i), missed: 0 },
    test: { faces: [], missed: 0 },
  };

  before(() => startEngine({ backend: 'cpu' }));

  async function run(
    changes: Partial<typeof DEFAULT_EXPERIMENT>,
    options: Partial<CachedTrainingOptions> = {},
  ): Promise<CachedTraining> {
    const network = buildBoxesNetwork({ seed: 1 });
    const experiment = { ...DEFAULT_EXPERIMENT, epochs: 3, batchSize: 14, ...changes };
    const given = { experiment, network, blocks, faces, cacheDirectory: folder(), ...options };
    const result = await trainCached({ ...given, inputs: ['boxes'] });
    network.dispose();
    return result;
  }

  it('trains once, and reports reused epochs afterwards', async () => {
    const first = await run({});
    const second = await run({});
    assert.deepEqual([first.reusedEpochs, second.reusedEpochs], [0, 3]);
    assert.deepEqual(second.history, first.history);
    assert.equal(second.bestEpoch, first.bestEpoch);
  });

  it('trains again when a setting differs, and never gives more epochs than were asked for', async () => {
    await run({});
    const shorter = await run({ epochs: 1 });
    assert.deepEqual([shorter.history.length, shorter.reusedEpochs], [1, 0]);
    const other = await run({ epochs: 1, learningRate: 0.01 });
    assert.equal(other.reusedEpochs, 0);
    await run({ seed: 2 });
    assert.equal(fs.readdirSync(folder()).length, 3, 'checkpoints of other settings and seeds stay');
    assert.equal((await run({})).reusedEpochs, 3);
  });

  it('trains again for other weights at the start', async () => {
    await run({ epochs: 1 });
    assert.equal((await run({ epochs: 1 }, { startedFrom: 'a' })).reusedEpochs, 0);
    assert.equal((await run({ epochs: 1 }, { startedFrom: 'a' })).reusedEpochs, 1);
  });

  it('learns soft labels from votes where the recipe says so, and scores as many faces as it is told', async () => {
    const votes = [1, 2, 3, 4, 0, 0, 0, 0, 0, 0];
    const voted = { ...blocks, records: blocks.records.map((record) => ({ ...record, votes })) };
    const softLabels = { ...ORIGINAL_RECIPE, softLabels: true };
    const [hard, soft, scored] = [
      await run({}, { blocks: voted }),
      await run({}, { blocks: voted, recipe: softLabels }),
      await run({ seed: 2 }, { blocks: voted, scoredFaces: 1 }),
    ].map(({ history }) => history);
    assert.notEqual(hard[0].trainLoss, soft[0].trainLoss);
    assert.ok(hard.some(({ trainAccuracy }) => trainAccuracy > 0 && trainAccuracy < 1));
    assert.ok(scored.every(({ trainAccuracy }) => trainAccuracy === 0 || trainAccuracy === 1));
  });

  it('refuses to learn without an expression of the data, from one alone, or without validation', async () => {
    const side = (chosen: readonly number[]) => ({ faces: chosen, missed: 0 });
    const try_ = async (train: readonly number[], validation: readonly number[], set = blocks) => {
      const network = buildBoxesNetwork({ seed: 1 });
      const sides = { train: side(train), validation: side(validation) };
      const given = { experiment: DEFAULT_EXPERIMENT, network, blocks: set, cacheDirectory: folder() };
      await trainCached({ ...given, faces: sides, inputs: ['boxes'] }).finally(() => network.dispose());
    };
    const anger = Array.from({ length: 10 }, (_, i) => 7 * i);
    await assert.rejects(
      try_(anger, [1]),
      /among the training faces but received none of disgust, fear, joy/,
    );
    const alone = {
      ...blocks,
      records: blocks.records.map((record) => ({ ...record, emotion: 'joy' as const })),
    };
    await assert.rejects(
      try_(anger, [1], alone),
      /at least 2 expressions to learn but received joy: add images/,
    );
    await assert.rejects(
      try_(faces.train.faces, []),
      /at least 1 face for validation but received none and 56/,
    );
  });
});

describe('checkpointDirectory', () => {
  const folder = useTemporaryFolder();

  it('gives the same name as in earlier versions, so that trainings of hours are not lost', async () => {
    await startEngine({ backend: 'cpu' });
    const { build, epochs, inputs, recipe, augmentation } = TRAINED_MODELS.blocksAndFace;
    const network = build({ seed: 2 });
    const directory = checkpointDirectory({
      experiment: { ...DEFAULT_EXPERIMENT, seed: 2, epochs },
      inputs,
      recipe,
      augmentation,
      network,
      blocks: buildFaceSet(16),
      faces: { train: { faces: [0, 1, 2] }, validation: { faces: [3, 4] } },
      cacheDirectory: folder(),
    });
    network.dispose();
    assert.equal(path.basename(directory), 'residualblocksandface-cde698ebeddf9193');
  });
});

describe('fingerprintFaces', () => {
  const set = buildFaceSet(4);
  const changed = (changes: Partial<BlockSet>): BlockSet => ({ ...set, ...changes });
  const withPixel = (pixels: Uint8Array, at: number) =>
    pixels.map((level, index) => (index === at ? level ^ 1 : level));
  const hash = (blocks: BlockSet) => fingerprintFaces(blocks, [1, 2], ['eyes', 'mouth']);

  it('changes with a pixel, a label or a vote of its faces, and with their order', () => {
    const labelled = set.records.map((record) => ({ ...record, emotion: 'fear' as const }));
    const voted = set.records.map((record) => ({ ...record, votes: [9, 1, 0, 0, 0, 0, 0, 0, 0, 0] }));
    const others = [
      hash(changed({ eyes: withPixel(set.eyes, 1024) })),
      hash(changed({ mouth: withPixel(set.mouth, 3 * 1024 - 1) })),
      hash(changed({ records: labelled })),
      hash(changed({ records: voted })),
      fingerprintFaces(set, [2, 1], ['eyes', 'mouth']),
      fingerprintFaces(set, [1, 2], ['mouth', 'eyes']),
    ];
    assert.equal(new Set([hash(set), ...others]).size, 7);
  });

  it("does not depend on other faces, unused inputs or the files' folder", () => {
    const moved = set.records.map((record) => ({ ...record, path: `elsewhere/${record.path}` }));
    const others = [
      changed({ eyes: withPixel(set.eyes, 3 * 1024) }),
      changed({ landmarks: set.landmarks.map((value) => value + 1) }),
      changed({ records: moved }),
    ];
    assert.deepEqual(
      others.map(hash),
      others.map(() => hash(set)),
    );
  });

  it('refuses the whole face where the set has none', () => {
    const without = { ...set, faces: undefined };
    assert.throws(() => fingerprintFaces(without, [1], ['face']), /whole faces/);
  });
});

describe('checkpoints as files', () => {
  const folder = useTemporaryFolder();

  it('reads what was written, in a folder that it makes', async () => {
    const store = createFileStore(path.join(folder(), 'run'));
    await store.write('last', [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    assert.deepEqual([...(await store.read('last'))!], [1, 2, 3]);
  });

  it('gives undefined for a missing entry', async () => {
    assert.equal(await createFileStore(folder()).read('last'), undefined);
  });

  it('does not take an entry that cannot be read for a missing one', async () => {
    const store = createFileStore(folder());
    await store.write('last', [Uint8Array.of(1)]);
    await assert.rejects(createFileStore(path.join(folder(), 'last')).read('best'), /ENOTDIR/);
  });

  it('leaves the older file whole, and no temporary file, when writing fails', async () => {
    const store = createFileStore(folder());
    await store.write('last', [Uint8Array.of(1)]);
    const broken = function* () {
      yield Uint8Array.of(2);
      throw new Error('the disk is full');
    };
    await assert.rejects(store.write('last', broken()), /the disk is full/);
    assert.deepEqual([...(await store.read('last'))!], [1]);
    assert.deepEqual(fs.readdirSync(folder()), ['last']);
  });
});
