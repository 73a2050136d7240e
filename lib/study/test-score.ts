import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment-settings';
import { type Proportion, wilsonInterval } from '../core/intervals';
import {
  type ClassMetrics,
  classMetrics,
  type ConfusionMatrix,
  confusionMatrix,
  countCorrect,
  macroF1,
} from '../core/metrics';
import { buildBoxesNetwork, type NearestPrediction, predictNearest } from '../model/networks/baselines';
import type { Network } from '../model/networks/network';
import { blockSource, inputSource } from '../model/training/data';
import { predict, type Prediction } from '../model/training/evaluate';
import { ORIGINAL_RECIPE } from '../model/training/recipe';
import type { SplitFaces } from './split-faces';
import { withTrained } from './train-cached';

/** Score of a classifier on a test set. */
export interface TestScore {
  /** Accuracy on the images with a found face. */
  readonly foundFaces: Proportion;
  /** Accuracy on all images; an image without a found face counts as an error. */
  readonly allImages: Proportion;
  /** Of the found faces; rows are true expressions, columns are answers, both in the ids' order. */
  readonly matrix: ConfusionMatrix;
  readonly classes: readonly ClassMetrics[];
  /** 0 to 1. */
  readonly macroF1: number;
}

/**
 * Computes accuracy, confusion matrix, class metrics and macro F1.
 * @param truth label ids of the found faces, [n]
 * @param answers label ids, [n]
 * @param missed number of test frames without a found face; they count as errors in the accuracy of all images
 */
export function scoreTest(truth: Uint8Array, answers: Uint8Array, missed: number): TestScore {
  const matrix = confusionMatrix(truth, answers);
  const correct = countCorrect(matrix);
  return {
    foundFaces: wilsonInterval(correct, truth.length),
    allImages: wilsonInterval(correct, truth.length + missed),
    matrix,
    classes: classMetrics(matrix),
    macroF1: macroF1(matrix),
  };
}

/** Number of epochs of the boxes baseline; each takes a fraction of a second. */
const BOXES_EPOCHS = 50;

/** Values of the network and of both baselines. */
export interface OfEachModel<T, Nearest = T> {
  readonly network: T;
  readonly nearest: Nearest;
  readonly boxes: T;
}

/** Result of {@link evaluateWithBaselines}. Notebooks take it apart: unnamed types would not do in their cells. */
export interface Evaluation {
  /** Predictions for the found test faces, in their order. */
  readonly answers: OfEachModel<Prediction, NearestPrediction>;
  readonly scores: OfEachModel<TestScore>;
  /** Time taken, the training of the boxes baseline included. */
  readonly seconds: number;
}

/**
 * Evaluates a network of both blocks on the test set, and two baselines: the nearest training face, and a small network
 * whose inputs are the coordinates of the two boxes.
 * @param options.cacheDirectory of the boxes baseline's checkpoints; default data/cache/training
 * @throws what training throws
 */
export async function evaluateWithBaselines(
  network: Network,
  blocks: BlockSet,
  faces: SplitFaces,
  experiment: Experiment,
  { cacheDirectory }: { readonly cacheDirectory?: string } = {},
): Promise<Evaluation> {
  const start = performance.now();
  const test = blockSource(blocks, faces.test.faces);
  const own = await predict(network, test);
  const nearest = await predictNearest({ train: blockSource(blocks, faces.train.faces), test });
  const boxes = await withTrained(
    { build: buildBoxesNetwork, inputs: ['boxes'], recipe: ORIGINAL_RECIPE },
    { experiment: { ...experiment, epochs: BOXES_EPOCHS }, blocks, faces, cacheDirectory },
    (boxesNetwork) => predict(boxesNetwork, inputSource(blocks, faces.test.faces, ['boxes'])),
  );
  const score = (answers: Uint8Array) => scoreTest(test.labels, answers, faces.test.missed);
  return {
    answers: { network: own, nearest, boxes },
    scores: { network: score(own.labels), nearest: score(nearest.labels), boxes: score(boxes.labels) },
    seconds: (performance.now() - start) / 1000,
  };
}
