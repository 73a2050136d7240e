import type { BlockSet } from '../../core/blocks';
import { buildAdam } from '../../engine/adam';
import { augmentedSource } from '../../model/augment';
import { buildBoxesNetwork } from '../../model/boxes-network';
import { buildCombined } from '../../model/combined';
import { buildCompact } from '../../model/compact';
import { blockSource, boxSource, combinedSource, landmarkSource, type TensorSource } from '../../model/data';
import { predict } from '../../model/evaluate';
import { blocksAndFaceSource, faceSource, softSource } from '../../model/face-data';
import { buildBlocksAndFace, buildLearnedAttention, buildSoftAttention, buildWholeFace } from '../../model/face-networks'; // prettier-ignore
import { buildLandmarksNetwork } from '../../model/landmarks-network';
import { predictNearest } from '../../model/nearest';
import { loadState, type Network, type NetworkState } from '../../model/network';
import { buildTerGat } from '../../model/tergat';
import { train } from '../../model/train';

/** What a learner is given: the found faces of each side, as positions in the block set. */
export interface LearnerTask {
  readonly blocks: BlockSet;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
  readonly seed: number;
  /** Steps of training; a network goes through as many whole epochs as that takes. */
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

/** How a network is built, fed and trained. */
export interface NetworkRecipe {
  readonly build: (options: { readonly seed: number }) => Network;
  readonly toSource: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
  /** What training draws from; default `toSource`. */
  readonly toTrainSource?: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
  readonly learningRate: number;
}

/** The networks by the name that tables show. */
export const RECIPES = {
  tergat: { build: buildTerGat, toSource: blockSource, learningRate: 1e-3 },
  compact: { build: buildCompact, toSource: blockSource, learningRate: 1e-3 },
  landmarks: { build: buildLandmarksNetwork, toSource: landmarkSource, learningRate: 1e-2 },
  boxes: { build: buildBoxesNetwork, toSource: boxSource, learningRate: 3e-3 },
  augmented: {
    build: buildCompact,
    toSource: blockSource,
    toTrainSource: augmentedSource,
    learningRate: 1e-3,
  },
  combined: {
    build: buildCombined,
    toSource: combinedSource,
    toTrainSource: augmentedSource,
    learningRate: 1e-3,
  },
  face: { build: buildWholeFace, toSource: faceSource, learningRate: 1e-3 },
  soft: { build: buildSoftAttention, toSource: softSource, learningRate: 1e-3 },
  blocksAndFace: { build: buildBlocksAndFace, toSource: blocksAndFaceSource, learningRate: 1e-3 },
  learned: { build: buildLearnedAttention, toSource: faceSource, learningRate: 1e-3 },
} as const satisfies Record<string, NetworkRecipe>;

/** Samples of one batch. Source: the original's. */
const BATCH_SIZE = 64;

/** Most samples that train accuracy is measured on: it chooses nothing, so a few tell enough. */
const SCORED = 128;

/** Where a trained network is kept, so that it can answer for other faces without being trained again. */
export interface WeightStore {
  /** Gives what was saved; undefined when nothing was. */
  load(): TrainedState | undefined;
  save(trained: TrainedState): void;
}

/** A network's state after its best epoch. */
export interface TrainedState {
  readonly bestEpoch: number;
  readonly state: NetworkState;
}

/**
 * Trains a network and answers with the epoch that did best on the validation faces.
 * @param weights where the trained network is kept; default nowhere
 */
export function networkLearner(recipe: NetworkRecipe, weights?: WeightStore): Learner {
  return (task) =>
    useTrained(recipe, task, {
      weights,
      use: async (network, bestEpoch) => {
        const answer = async (faces: readonly number[]) =>
          (await predict(network, recipe.toSource(task.blocks, faces))).probabilities;
        return { test: await answer(task.test), validation: await answer(task.validation), bestEpoch };
      },
    });
}

/**
 * Trains a network, or takes it from where it is kept, and lends it with the weights of its best epoch.
 * @param how.weights where the trained network is kept; default nowhere
 * @param how.use whatever is done with it; it is disposed afterwards
 */
export async function useTrained<T>(
  recipe: NetworkRecipe,
  task: LearnerTask,
  how: {
    readonly weights?: WeightStore;
    readonly use: (network: Network, bestEpoch: number) => Promise<T>;
  },
): Promise<T> {
  const network = recipe.build({ seed: task.seed });
  try {
    const saved = how.weights?.load();
    const trained = saved ?? (await trainNetwork(network, recipe, task));
    if (!saved) how.weights?.save(trained);
    loadState(network, trained.state);
    return await how.use(network, trained.bestEpoch);
  } finally {
    network.dispose();
  }
}

async function trainNetwork(
  network: Network,
  recipe: NetworkRecipe,
  { blocks, train: faces, validation, seed, epochs }: LearnerTask,
): Promise<TrainedState> {
  const optimizer = buildAdam({ learningRate: recipe.learningRate });
  const { toSource, toTrainSource = toSource } = recipe;
  try {
    const { best } = await train({
      ...{ network, optimizer, epochs, seed, batchSize: BATCH_SIZE },
      train: toTrainSource(blocks, faces),
      validation: toSource(blocks, validation),
      scored: toSource(blocks, faces.slice(0, SCORED)),
    });
    return { bestEpoch: best!.epoch, state: best!.state };
  } finally {
    optimizer.dispose();
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

function oneHot(labels: Uint8Array): Float32Array {
  const rows = new Float32Array(7 * labels.length);
  labels.forEach((label, row) => (rows[7 * row + label] = 1));
  return rows;
}
