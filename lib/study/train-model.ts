import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import type { Experiment } from '../core/experiment';
import { landmarksOf, MARGIN_FACE_PX, measureFace } from '../core/landmarks';
import { formatPercent } from '../core/metrics';
import type { FrameRecord } from '../core/record';
import { missingExpressions, type Split, splitRecords } from '../core/split';
import { fitTemperature } from '../core/calibration';
import type { Dataset } from '../datasets/dataset';
import { findArchitecture } from '../model/architectures';
import { inputSource, type TensorSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import type { EpochRecord } from '../model/training/history';
import type { Model, ModelMetadata } from '../model/files/model-file';
import type { Network } from '../model/networks/network';
import type { BatchProgress } from '../model/training/train';
import { fingerprintFaces } from './fingerprint';
import { facesOfSplit, type SplitFaces } from './faces-of-split';
import { scoreTest, type TestScore } from './score-test';
import { trainCached } from './train-cached';

/** Options of {@link trainModel}. */
interface TrainModelOptions {
  readonly dataset: Dataset;
  readonly blocks: BlockSet;
  readonly experiment: Experiment;
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly shouldStop?: () => boolean;
}

/** Result of {@link trainModel}. */
interface TrainResult {
  /** The caller disposes its network. */
  readonly model: Model;
  /** Score on the test set; undefined for an empty or an official test set, which `evaluate` scores. */
  readonly score?: TestScore;
  readonly faces: SplitFaces;
  readonly bestEpoch: number;
  /** True if training was stopped before the last epoch; the weights are the best epoch's anyway. */
  readonly stopped: boolean;
}

/**
 * Trains a network, or resumes from its checkpoint, fits its temperature on the validation set, and scores it on the test
 * set. With hard labels the temperature is at least 1, so that it never raises confidence.
 * @throws RangeError for a split that the data set does not allow; Error when training was stopped before the first epoch
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainResult> {
  const { dataset, blocks, experiment, architecture, onEpoch, onBatch, shouldStop } = options;
  const split = splitRecords(dataset.records, experiment.split, experiment.seed);
  const faces = facesOfSplit(split, dataset.records, blocks);
  const { build, ...form } = findArchitecture(architecture);
  const network = build({ seed: experiment.seed });
  const { bestEpoch, stopped } = await trainCached({
    ...form,
    experiment,
    network,
    blocks,
    faces,
    onEpoch,
    onBatch,
    shouldStop,
  });
  if (bestEpoch === 0) throw new Error('Training was stopped before its first epoch was finished.');
  const validation = inputSource(blocks, faces.validation.faces, form.inputs);
  const temperature = await calibrate(network, validation, form.recipe.softLabels);
  const isScored = faces.test.faces.length > 0 && experiment.split !== 'official';
  const score = isScored
    ? await scoreOn(network, inputSource(blocks, faces.test.faces, form.inputs), faces.test.missed)
    : undefined;
  const metadata = { ...describeModel(options, network, faces.train.faces), temperature };
  const description = describeTraining(options, faces.train.faces, score);
  return { model: { ...metadata, description, network }, score, faces, bestEpoch, stopped };
}

/** Formats a warning for each set, validation and test, that lacks an expression of the data. */
export function describeMissing(split: Split, records: readonly FrameRecord[]): string[] {
  return (['validation', 'test'] as const).flatMap((side) => {
    const missing = missingExpressions(split, records, side);
    return missing.length > 0 ? [`The ${side} side has no image of ${missing.join(', ')}.`] : [];
  });
}

/** A temperature is fitted on at least this many validation faces. */
const FEWEST_TO_CALIBRATE = 20;

/** Fits a temperature on the validation set. @returns 1 if that set is too small */
async function calibrate(network: Network, validation: TensorSource, isSoft = false): Promise<number> {
  if (validation.size < FEWEST_TO_CALIBRATE) return 1;
  const { probabilities } = await predict(network, validation);
  const fitted = fitTemperature(probabilities, validation.labels);
  // If nearly all validation answers are right, the optimal temperature is close to 0: a few faces do not justify that.
  return isSoft ? fitted : Math.max(1, fitted);
}

async function scoreOn(network: Network, source: TensorSource, missed: number): Promise<TestScore> {
  const { labels } = await predict(network, source);
  return scoreTest(source.labels, labels, missed);
}

/**
 * Computes the facts that a model file states about its training set.
 * @param faces the training set, as positions in the block set
 * @returns `faceSizePx` is the face size that the margin refers to: a constant for margins that scale with the face, the
 *   median of the training set for fixed margins
 */
export function describeModel(
  { dataset, blocks, experiment }: Pick<TrainModelOptions, 'dataset' | 'blocks' | 'experiment'>,
  network: Network,
  faces: readonly number[],
): Omit<ModelMetadata, 'temperature' | 'description'> {
  return {
    architecture: network.name,
    labels: EMOTIONS,
    marginPx: experiment.marginPx,
    faceSizePx: dataset.fixedMargin ? medianFace(blocks, faces) : MARGIN_FACE_PX,
    trainingData: fingerprintFaces(blocks, faces, findArchitecture(network.name).inputs),
  };
}

/** Computes the median face size. @returns pixels, rounded to a tenth */
function medianFace(blocks: BlockSet, faces: readonly number[]): number {
  const sizes = faces.map((face) => measureFace(landmarksOf(blocks, face)));
  sizes.sort((first, second) => first - second);
  return Math.round(10 * sizes[Math.floor(sizes.length / 2)]) / 10;
}

function describeTraining(
  { dataset, blocks, experiment }: TrainModelOptions,
  faces: readonly number[],
  score: TestScore | undefined,
): string {
  const characters = new Set(faces.map((face) => blocks.records[face].character));
  const many = `${characters.size} ${characters.size === 1 ? 'character' : 'characters'}`;
  const whose = characters.has('all') ? '' : ` of ${many}`;
  const synthetic = dataset.synthetic ? ', drawn by this program: not measured on real faces' : '';
  const learned = `Learned from ${faces.length} faces${whose} (${dataset.name}${synthetic})`;
  if (!score) return `${learned}; not scored on a test side`;
  const { trials, value, low, high } = score.allImages;
  const percent = (share: number) => formatPercent(share, 1);
  return (
    `${learned}; accuracy on ${trials} test images, split by ${experiment.split}: ${percent(value)} ` +
    `(Wilson 95 %: ${percent(low)} to ${percent(high)})`
  );
}
