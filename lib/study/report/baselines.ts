import type { BlockSet } from '../../core/blocks';
import type { Experiment } from '../../core/experiment';
import { buildBoxesNetwork } from '../../model/networks/boxes-network';
import { blockSource, boxSource } from '../../model/training/data';
import { predict, type Prediction } from '../../model/training/evaluate';
import { predictNearest, type NearestPrediction } from '../../model/networks/nearest';
import type { Network } from '../../model/networks/network';
import type { SplitFaces } from '../faces-of-split';
import { scoreTest, type TestScore } from '../score-test';
import { trainCached, type CachedTrainingOptions } from '../train-cached';

/** Epochs of the baseline that sees the boxes alone; each takes a fraction of a second. */
const BOXES_EPOCHS = 50;

/** A network's answers on the test side, beside two baselines under the same split. */
export interface Evaluation {
  /** About the test side's faces, in their order. */
  readonly answers: Readonly<
    Record<'network' | 'boxes', Prediction> & Record<'nearest', Pick<NearestPrediction, 'labels'>>
  >;
  readonly scores: Readonly<Record<'network' | 'nearest' | 'boxes', TestScore>>;
  /** Wall-clock time, the training of the baseline included. */
  readonly seconds: number;
}

/**
 * Evaluates a network that takes [eyes, mouth] on the test side, and two baselines: the nearest training face, which learns
 * nothing, and a small network that sees where the two boxes are and no pixel.
 * @throws what {@link trainCached} throws
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
  const boxesNetwork = buildBoxesNetwork({ seed: experiment.seed });
  const settings = { ...experiment, epochs: BOXES_EPOCHS };
  const training = { network: boxesNetwork, experiment: settings, cacheDirectory };
  const boxes = await trainCached({ ...training, blocks, faces, inputs: ['boxes'] })
    .then(() => predict(boxesNetwork, boxSource(blocks, faces.test.faces)))
    .finally(() => boxesNetwork.dispose());
  const score = (answers: Uint8Array) => scoreTest(test.labels, answers, faces.test.missed);
  return {
    answers: { network: own, nearest, boxes },
    scores: { network: score(own.labels), nearest: score(nearest.labels), boxes: score(boxes.labels) },
    seconds: (performance.now() - start) / 1000,
  };
}
