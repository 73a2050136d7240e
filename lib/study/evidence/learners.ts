import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import type { FrameRecord } from '../../core/record';
import { scaleByTemperature } from '../../core/temperature';
import { projectRoot } from '../../files/project';
import { loadExpressionNetwork } from '../../faces/detector/detect-expressions';
import { findArchitecture, type NetworkForm } from '../../model/architectures';
import { buildBoxesNetwork } from '../../model/networks/boxes-network';
import { buildCompact } from '../../model/networks/compact';
import { blockSource, inputSource } from '../../model/training/data';
import { predict } from '../../model/training/evaluate';
import {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from '../../model/networks/face-networks';
import { buildLandmarksNetwork } from '../../model/networks/landmarks-network';
import { decodeModel } from '../../model/files/model-file';
import { predictNearest } from '../../model/networks/nearest';
import type { Network } from '../../model/networks/network';
import { ORIGINAL_RECIPE } from '../../model/training/recipe';
import { buildTerGat } from '../../model/networks/tergat';
import { readColour } from '../read-image';
import { trainCached } from '../train-cached';

/** What a learner is given: the found faces of each side, as positions in the block set. */
export interface LearnerTask {
  readonly blocks: BlockSet;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
  readonly seed: number;
  /** Number of epochs. */
  readonly epochs: number;
}

/** What a learner says of the test and validation faces. */
export interface LearnerAnswers {
  /** Probabilities, [test, 7]; a row of zeros where the learner found no face by itself, which is no answer. */
  readonly test: Float32Array;
  /** Probabilities, [validation, 7]. */
  readonly validation: Float32Array;
  /** The epoch that did best on the validation side; 0 where nothing is trained. */
  readonly bestEpoch: number;
  /** Distance to the nearest training face, [test], for the learner that measures it. */
  readonly distances?: Float32Array;
}

/** Learns from the training faces, chooses the epoch on the validation faces, answers for the test faces. */
export type Learner = (task: LearnerTask) => Promise<LearnerAnswers>;

const BLOCKS = ['eyes', 'mouth'] as const;
const LANDMARKS_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 1e-2 };
const BOXES_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 3e-3 };

/** The networks by the name that tables show. */
export const FORMS = {
  tergat: { recipe: ORIGINAL_RECIPE, build: buildTerGat, inputs: BLOCKS },
  compact: { recipe: ORIGINAL_RECIPE, build: buildCompact, inputs: BLOCKS },
  landmarks: { build: buildLandmarksNetwork, inputs: ['landmarks'], recipe: LANDMARKS_RECIPE },
  boxes: { build: buildBoxesNetwork, inputs: ['boxes'], recipe: BOXES_RECIPE },
  // It does not look at the landmarks: they are there so that it sees the changes of `combined`.
  augmented: { ...findArchitecture('Compact'), inputs: [...BLOCKS, 'landmarks'] },
  combined: findArchitecture('Combined'),
  face: { recipe: ORIGINAL_RECIPE, build: buildWholeFace, inputs: ['face'] },
  soft: { recipe: ORIGINAL_RECIPE, build: buildSoftAttention, inputs: ['softEyes', 'softMouth'] },
  blocksAndFace: { recipe: ORIGINAL_RECIPE, build: buildBlocksAndFace, inputs: [...BLOCKS, 'face'] },
  learned: { recipe: ORIGINAL_RECIPE, build: buildLearnedAttention, inputs: ['face'] },
} as const satisfies Record<string, NetworkForm>;

/** A network that is trained. */
export type FormName = keyof typeof FORMS;

/** Tells whether a model is a network that is trained. */
export function isFormName(model: string): model is FormName {
  return Object.hasOwn(FORMS, model);
}

/** Most samples that train accuracy is measured on: it chooses nothing, so a few tell enough. */
const SCORED = 128;

/** The model of drawn faces that the project carries, from the project's folder. */
const DRAWN_MODEL = path.join('models', 'drawn.safetensors');

/**
 * Trains a network and answers with the epoch that did best on the validation faces.
 * @param kept whether the trained network is kept in data/cache/training, so that it can be asked again
 */
export function networkLearner(form: NetworkForm, kept = false): Learner {
  return (task) =>
    useTrained(form, task, {
      kept,
      use: async (network, bestEpoch) => {
        const answer = async (faces: readonly number[]) =>
          (await predict(network, inputSource(task.blocks, faces, form.inputs))).probabilities;
        return { test: await answer(task.test), validation: await answer(task.validation), bestEpoch };
      },
    });
}

/**
 * Trains a network, or takes it from where it is kept, and lends it with the weights of its best epoch.
 * @param how.kept whether it is kept in data/cache/training
 * @param how.use whatever is done with it; it is disposed afterwards
 */
export async function useTrained<T>(
  { build, ...form }: NetworkForm,
  { blocks, train, validation, seed, epochs }: LearnerTask,
  how: {
    readonly kept: boolean;
    readonly use: (network: Network, bestEpoch: number) => Promise<T>;
  },
): Promise<T> {
  const network = build({ seed });
  try {
    const { bestEpoch } = await trainCached({
      ...form,
      network,
      blocks,
      scoredFaces: SCORED,
      experiment: { ...DEFAULT_EXPERIMENT, seed, epochs },
      faces: { train: { faces: train, missed: 0 }, validation: { faces: validation, missed: 0 } },
      keeps: how.kept ? 'weights' : 'nothing',
    });
    return await how.use(network, bestEpoch);
  } finally {
    network.dispose();
  }
}

/** Answers with the shares of the training side's labels, whatever it is shown. */
export const majorityLearner: Learner = async ({ blocks, train: faces, validation, test }) => {
  const { labels } = blockSource(blocks, faces);
  const shares = new Float32Array(7);
  labels.forEach((label) => (shares[label] += 1 / labels.length));
  const repeat = (count: number) => Float32Array.from({ length: 7 * count }, (_, i) => shares[i % 7]);
  return { test: repeat(test.length), validation: repeat(validation.length), bestEpoch: 0 };
};

/** Answers as the nearest training face is labelled, by the distance of both blocks' pixels. */
export const nearestLearner: Learner = async ({ blocks, train: faces, validation, test }) => {
  const known = blockSource(blocks, faces);
  const ask = (asked: readonly number[]) =>
    predictNearest({ train: known, test: blockSource(blocks, asked) });
  const found = await ask(test);
  return {
    test: oneHot(found.labels),
    validation: oneHot((await ask(validation)).labels),
    bestEpoch: 0,
    distances: found.distances.map(Math.sqrt),
  };
};

/** Learns nothing: the model of drawn faces that the project carries answers as it is. */
export const drawnModelLearner: Learner = async ({ blocks, validation, test }) => {
  const model = decodeModel(fs.readFileSync(path.join(projectRoot(), DRAWN_MODEL)), DRAWN_MODEL);
  const { inputs } = findArchitecture(model.architecture);
  const answer = async (faces: readonly number[]) => {
    const { probabilities } = await predict(model.network, inputSource(blocks, faces, inputs));
    return scaleByTemperature(probabilities, model.temperature);
  };
  try {
    return { test: await answer(test), validation: await answer(validation), bestEpoch: 0 };
  } finally {
    model.network.dispose();
  }
};

/**
 * Makes a learner that learns nothing: face-api's own expression network, trained by its makers on photographs, which
 * finds the face in the image by itself, as its package does. Each image is asked about once, whatever splits it is on;
 * one in which the package finds no face has a row of zeros.
 * @param imageOf absolute path of a frame's image
 */
export function faceApiLearner(imageOf: (record: FrameRecord) => string): Learner {
  const known = new Map<string, Float32Array>();
  const ask = async (records: readonly FrameRecord[]) => {
    const asked = records.filter((record) => !known.has(record.path));
    const network = asked.length > 0 ? await loadExpressionNetwork() : undefined;
    try {
      for (const record of asked) {
        const [largest] = await network!.recognize(await readColour(imageOf(record)));
        known.set(record.path, largest?.probabilities ?? new Float32Array(EMOTIONS.length));
      }
    } finally {
      network?.dispose();
    }
    return Float32Array.from(records.flatMap((record) => [...known.get(record.path)!]));
  };
  return async ({ blocks, validation, test }) => {
    const recordsOf = (faces: readonly number[]) => faces.map((face) => blocks.records[face]);
    return { test: await ask(recordsOf(test)), validation: await ask(recordsOf(validation)), bestEpoch: 0 };
  };
}

function oneHot(labels: Uint8Array): Float32Array {
  const rows = new Float32Array(7 * labels.length);
  labels.forEach((label, row) => (rows[7 * row + label] = 1));
  return rows;
}
