import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment-settings';
import { mapParts, type FrameRecord, type SplitPart } from '../core/record';
import type { Split } from '../core/split';
import { buildBoxesNetwork, type NearestPrediction, predictNearest } from '../model/networks/baselines';
import type { Network } from '../model/networks/network';
import { blockSource, inputSource } from '../model/training/data';
import { predict, type Prediction } from '../model/training/evaluate';
import { ORIGINAL_RECIPE } from '../model/training/recipe';
import { scoreTest, type TestScore } from '../core/metrics';
import { withTrained } from './train-cached';

/**
 * The training, validation and test set of a split after preprocessing: the found faces, as ascending positions in the
 * block set, and the number of frames without one.
 */
export type SplitFaces = Readonly<
  Record<SplitPart, { readonly faces: readonly number[]; readonly missed: number }>
>;

/**
 * Finds the faces of each set of a split. The split is computed from all frames, before detection, so that each missed
 * face is counted in the set of its frame.
 * @param split positions in `records`
 */
export function facesOfSplit(split: Split, records: readonly FrameRecord[], blocks: BlockSet): SplitFaces {
  const faceOf = new Map(blocks.records.map((record, face) => [record.path, face]));
  return mapParts(split, (indices) => {
    const faces = indices.flatMap((index) => faceOf.get(records[index].path) ?? []);
    return { faces: faces.sort((first, second) => first - second), missed: indices.length - faces.length };
  });
}

/** Number of epochs of the boxes baseline; each takes a fraction of a second. */
const BOXES_EPOCHS = 50;

/** Results of the network and of both baselines. */
type OfEachModel<T> = Readonly<Record<'network' | 'nearest' | 'boxes', T>>;

/** Result of {@link evaluateWithBaselines}. An interface, because cells of notebooks cannot destructure an unnamed type. */
export interface Evaluation {
  /** Predictions for the found test faces, in their order. */
  readonly answers: Omit<OfEachModel<Prediction>, 'nearest'> & { readonly nearest: NearestPrediction };
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
  const score = ({ labels }: { readonly labels: Uint8Array }) =>
    scoreTest(test.labels, labels, faces.test.missed);
  return {
    answers: { network: own, nearest, boxes },
    scores: { network: score(own), nearest: score(nearest), boxes: score(boxes) },
    seconds: (performance.now() - start) / 1000,
  };
}
