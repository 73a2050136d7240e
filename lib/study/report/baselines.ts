import type { BlockSet } from '../../core/blocks';
import type { Experiment } from '../../core/experiment';
import { buildBoxesNetwork, predictNearest, type NearestPrediction } from '../../model/networks/baselines';
import { blockSource, boxSource } from '../../model/training/data';
import { predict, type Prediction } from '../../model/training/evaluate';
import type { Network } from '../../model/networks/network';
import type { SplitFaces } from '../faces-of-split';
import { scoreTest, type TestScore } from '../score-test';
import { type CachedTrainingOptions, withTrained } from '../train-cached';

/** Number of epochs of the boxes baseline; each takes a fraction of a second. */
const BOXES_EPOCHS = 50;

/** A network's predictions and scores on the test set, and those of two baselines. */
export interface Evaluation {
  /** Predictions for the found test faces, in their order. */
  readonly answers: Readonly<
    Record<'network' | 'boxes', Prediction> & Record<'nearest', Pick<NearestPrediction, 'labels'>>
  >;
  readonly scores: Readonly<Record<'network' | 'nearest' | 'boxes', TestScore>>;
  /** Wall-clock time, including the training of the boxes baseline. */
  readonly seconds: number;
}

/**
 * Evaluates a network of both blocks on the test set, and two baselines: the nearest training face, and a small network
 * whose inputs are the coordinates of the two boxes.
 * @throws what training throws
 */
export async function evaluateWithBaselines(
  network: Network,
  blocks: BlockSet,
  faces: SplitFaces,
  experiment: Experiment,
  { cacheDirectory }: Pick<CachedTrainingOptions, 'cacheDirectory'> = {},
): Promise<Evaluation> {
  const start = performance.now();
  const test = blockSource(blocks, faces.test.faces);
  const own = await predict(network, test);
  const nearest = await predictNearest({ train: blockSource(blocks, faces.train.faces), test });
  const boxes = await withTrained(
    { build: buildBoxesNetwork, inputs: ['boxes'] },
    { experiment: { ...experiment, epochs: BOXES_EPOCHS }, blocks, faces, cacheDirectory },
    (boxesNetwork) => predict(boxesNetwork, boxSource(blocks, faces.test.faces)),
  );
  const score = (answers: Uint8Array) => scoreTest(test.labels, answers, faces.test.missed);
  return {
    answers: { network: own, nearest, boxes },
    scores: { network: score(own.labels), nearest: score(nearest.labels), boxes: score(boxes.labels) },
    seconds: (performance.now() - start) / 1000,
  };
}
