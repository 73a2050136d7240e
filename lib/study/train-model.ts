import { fitTemperature } from '../core/calibration';
import { EMOTIONS } from '../core/emotions';
import { landmarksOf, MARGIN_FACE_PX, measureFace } from '../core/blocks';
import { formatPercent, scoreTest, type TestScore } from '../core/metrics';
import type { FrameRecord } from '../core/record';
import { missingExpressions, type Split, splitRecords } from '../core/split';
import type { Dataset } from '../datasets/dataset';
import { findArchitecture } from '../model/architectures';
import type { ModelMetadata } from '../model/files/model-file';
import type { Network } from '../model/networks/network';
import { inputSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import { facesOfSplit } from './evaluate-split';
import { type CachedTrainingOptions, fingerprintFaces, trainCached } from './train-cached';

/** Options of {@link trainModel}. */
interface TrainModelOptions extends Pick<
  CachedTrainingOptions,
  'blocks' | 'experiment' | 'onEpoch' | 'shouldStop'
> {
  readonly dataset: Dataset;
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
}

/** A temperature is fitted on at least this many validation faces; with fewer it is 1. */
const FEWEST_TO_CALIBRATE = 20;

/**
 * Trains a network, or resumes from its checkpoint, fits its temperature on the validation set, and scores it on the test
 * set. With hard labels the temperature is at least 1, so that it never raises confidence.
 * @returns the model, whose network the caller disposes; `score` is undefined for an empty or an official test set, which
 *   `evaluate` scores; when training was stopped before the last epoch, the weights are those of the best epoch so far
 * @throws RangeError for a split that the data set does not allow; Error when training was stopped before the first epoch
 */
export async function trainModel(options: TrainModelOptions) {
  const { dataset, blocks, experiment, onEpoch, shouldStop } = options;
  const split = splitRecords(dataset.records, experiment.split, experiment.seed);
  const faces = facesOfSplit(split, dataset.records, blocks);
  const { build, ...form } = findArchitecture(options.architecture);
  const network = build({ seed: experiment.seed });
  const training = { ...form, experiment, network, blocks, faces, onEpoch, shouldStop };
  const { bestEpoch, reusedEpochs, stopped } = await trainCached(training);
  if (bestEpoch === 0) throw new Error('Training was stopped before its first epoch was finished.');
  const sourceOf = (side: 'validation' | 'test') => inputSource(blocks, faces[side].faces, form.inputs);
  let temperature = 1;
  if (faces.validation.faces.length >= FEWEST_TO_CALIBRATE) {
    const source = sourceOf('validation');
    const fitted = fitTemperature((await predict(network, source)).probabilities, source.labels);
    // If nearly all validation answers are right, the optimal temperature is close to 0: a few faces do not justify that.
    temperature = form.recipe.softLabels ? fitted : Math.max(1, fitted);
  }
  let score: TestScore | undefined;
  if (faces.test.faces.length > 0 && experiment.split !== 'official') {
    const source = sourceOf('test');
    score = scoreTest(source.labels, (await predict(network, source)).labels, faces.test.missed);
  }
  const metadata = { ...describeModel(options, network, faces.train.faces), temperature };
  const description = describeTraining(options, faces.train.faces, score);
  return { model: { ...metadata, description, network }, score, faces, bestEpoch, reusedEpochs, stopped };
}

/** Formats a warning for each set, validation and test, that lacks an expression of the data. */
export function describeMissing(split: Split, records: readonly FrameRecord[]): string[] {
  return (['validation', 'test'] as const).flatMap((side) => {
    const missing = missingExpressions(split, records, side);
    return missing.length > 0 ? [`The ${side} side has no image of ${missing.join(', ')}.`] : [];
  });
}

/**
 * Computes the facts that a model file states about its training set.
 * @param faces the training set, as positions in the block set
 * @returns `faceSizePx` is the face size that the margin refers to: a constant for margins that scale with the face; for
 *   fixed margins the median of the training set, in pixels, rounded to a tenth
 */
export function describeModel(
  { dataset, blocks, experiment }: Pick<TrainModelOptions, 'dataset' | 'blocks' | 'experiment'>,
  network: Network,
  faces: readonly number[],
): Omit<ModelMetadata, 'temperature' | 'description'> {
  const sizes = faces.map((face) => measureFace(landmarksOf(blocks, face))).sort((one, other) => one - other);
  const median = Math.round(10 * sizes[Math.floor(sizes.length / 2)]) / 10;
  return {
    architecture: network.name,
    labels: EMOTIONS,
    marginPx: experiment.marginPx,
    faceSizePx: dataset.fixedMargin ? median : MARGIN_FACE_PX,
    trainingData: fingerprintFaces(blocks, faces, findArchitecture(network.name).inputs),
  };
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
