import type { BlockSet } from '../../core/blocks';
import { scaleByTemperature } from '../../core/calibration';
import { EMOTIONS } from '../../core/emotions';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import { loadExpressionNetwork } from '../../faces/detector/face-api';
import { findArchitecture, type NetworkSpec } from '../../model/architectures';
import { buildBoxesNetwork, buildLandmarksNetwork, predictNearest } from '../../model/networks/baselines';
import { buildCompact } from '../../model/networks/compact';
import {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from '../../model/networks/face-networks';
import type { Network } from '../../model/networks/network';
import { buildTerGat } from '../../model/networks/tergat';
import { blockSource } from '../../model/training/data';
import { ORIGINAL_RECIPE } from '../../model/training/recipe';
import { computeFileProbabilities, computeProbabilities, predictFrequencies } from '../compute-probabilities';
import { readColour } from '../pictures';
import { type CachedTraining, withTrained } from '../train-cached';

/** The found faces of a split, as positions in the block set, and the settings of a training. */
export interface LearnerTask {
  readonly blocks: BlockSet;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
  readonly seed: number;
  readonly epochs: number;
}

/** Answers of a learner. */
export interface LearnerAnswers {
  /** Probabilities of the test faces, [test, 7]. A row of zeros is no answer: the learner detected no face by itself. */
  readonly test: Float32Array;
  /** Probabilities of the validation faces, [validation, 7], if a network was trained. */
  readonly validation?: Float32Array;
  /** Epoch with the best validation accuracy, if a network was trained. */
  readonly bestEpoch?: number;
  /** Distance of each test face to the nearest training face, [test], if the learner measures it. */
  readonly distances?: Float32Array;
}

/** Trains on the training set, chooses the epoch on the validation set, and predicts the test set. */
type Learner = (task: LearnerTask) => Promise<LearnerAnswers>;

const BLOCKS = ['eyes', 'mouth'] as const;
const LANDMARKS_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 1e-2 };
const BOXES_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 3e-3 };

/** The networks that are trained, by the name of their model. */
export const FORMS = {
  tergat: { recipe: ORIGINAL_RECIPE, build: buildTerGat, inputs: BLOCKS },
  compact: { recipe: ORIGINAL_RECIPE, build: buildCompact, inputs: BLOCKS },
  landmarks: { build: buildLandmarksNetwork, inputs: ['landmarks'], recipe: LANDMARKS_RECIPE },
  boxes: { build: buildBoxesNetwork, inputs: ['boxes'], recipe: BOXES_RECIPE },
  // The network ignores the landmarks; with them it gets the same augmented samples as `combined`.
  augmented: { ...findArchitecture('Compact'), inputs: [...BLOCKS, 'landmarks'] },
  combined: findArchitecture('Combined'),
  face: { recipe: ORIGINAL_RECIPE, build: buildWholeFace, inputs: ['face'] },
  soft: { recipe: ORIGINAL_RECIPE, build: buildSoftAttention, inputs: ['softEyes', 'softMouth'] },
  blocksAndFace: { recipe: ORIGINAL_RECIPE, build: buildBlocksAndFace, inputs: [...BLOCKS, 'face'] },
  learned: { recipe: ORIGINAL_RECIPE, build: buildLearnedAttention, inputs: ['face'] },
} as const satisfies Record<string, NetworkSpec>;

/**
 * Returns a function that finds the learner of a model.
 * @param imageOf returns the absolute path of a frame's image
 * @returns a function of the model's name; with `isKept`, a trained network is stored in data/cache/training; it throws a
 *   RangeError for an unknown model
 */
export function buildLearners(
  imageOf: (record: FrameRecord) => string,
): (model: string, isKept: boolean) => Learner {
  const untrained: Readonly<Record<string, Learner>> = {
    majority: predictMajority,
    nearest: predictNearestFace,
    faceapi: buildFaceApiLearner(imageOf),
    shipped: askDrawnModel,
  };
  const forms: Readonly<Record<string, NetworkSpec>> = FORMS;
  return (model, isKept) => {
    if (Object.hasOwn(untrained, model)) return untrained[model];
    const form = Object.hasOwn(forms, model) && forms[model];
    if (form)
      return (task) =>
        useTrained(form, task, isKept, async (network, { bestEpoch }) => ({
          ...(await computeProbabilities(network, form.inputs, task.blocks, task)),
          bestEpoch,
        }));
    const known = [...Object.keys(untrained), ...Object.keys(forms)].join(', ');
    throw new RangeError(`Expected one of ${known} for model but received ${model}`);
  };
}

/**
 * Trains a network, or loads it from the cache, and calls a function with the weights of its best epoch.
 * @param isKept if true, the trained network is stored in data/cache/training
 * @returns what the function returns
 */
export function useTrained<T>(
  form: NetworkSpec,
  { blocks, train, validation, seed, epochs }: LearnerTask,
  isKept: boolean,
  use: (network: Network, training: CachedTraining) => Promise<T>,
): Promise<T> {
  const options = {
    blocks,
    // Training accuracy is measured on this many faces; nothing is chosen by it.
    scoredFaces: 128,
    experiment: { ...DEFAULT_EXPERIMENT, seed, epochs },
    faces: { train: { faces: train, missed: 0 }, validation: { faces: validation, missed: 0 } },
    keeps: isKept ? ('weights' as const) : ('nothing' as const),
  };
  return withTrained(form, options, use);
}

/** Predicts the class frequencies of the training set for every face. */
async function predictMajority({ blocks, train, test }: LearnerTask): Promise<LearnerAnswers> {
  return predictFrequencies(blockSource(blocks, train).labels, { validation: [], test });
}

/** Predicts the label of the nearest training face by the distance of both blocks' pixels. */
async function predictNearestFace({ blocks, train, test }: LearnerTask): Promise<LearnerAnswers> {
  const sources = { train: blockSource(blocks, train), test: blockSource(blocks, test) };
  const { labels, distances } = await predictNearest(sources);
  const rows = new Float32Array(EMOTIONS.length * labels.length);
  labels.forEach((label, row) => (rows[EMOTIONS.length * row + label] = 1));
  return { test: rows, distances: distances.map(Math.sqrt) };
}

/** Predicts with models/drawn.safetensors, which is not trained here. */
async function askDrawnModel({ blocks, test: faces }: LearnerTask): Promise<LearnerAnswers> {
  const asked = { validation: [], test: faces };
  const { test, temperature } = await computeFileProbabilities('models/drawn.safetensors', blocks, asked);
  return { test: scaleByTemperature(test, temperature) };
}

/**
 * Creates a learner that predicts with face-api's expression network, which its authors trained on photographs. It
 * detects the face in the image by itself, as the package does. Answers are cached by path; an image without a detected
 * face has a row of zeros.
 */
function buildFaceApiLearner(imageOf: (record: FrameRecord) => string): Learner {
  const known = new Map<string, Float32Array>();
  return async ({ blocks, test }) => {
    const records = test.map((face) => blocks.records[face]);
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
    return { test: Float32Array.from(records.flatMap((record) => [...known.get(record.path)!])) };
  };
}
