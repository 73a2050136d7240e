import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import type { Experiment } from '../core/experiment';
import { MARGIN_FACE_PX, measureFace } from '../core/landmarks';
import { formatPercent } from '../core/numbers';
import type { FrameRecord } from '../core/record';
import { missingExpressions, type Split, splitRecords } from '../core/split';
import { fitTemperature } from '../core/temperature';
import type { Dataset } from '../datasets/dataset';
import { findArchitecture } from '../model/architectures';
import { inputSource, type TensorSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import type { EpochRecord } from '../model/training/history';
import type { Model, ModelFacts } from '../model/files/model-file';
import type { Network } from '../model/networks/network';
import type { BatchProgress } from '../model/training/train';
import { hashFaces } from './fingerprint';
import { facesOfSplit, type SplitFaces } from './faces-of-split';
import { scoreTest, type TestScore } from './score-test';
import { trainCached } from './train-cached';

/** What a model is trained on, and how. */
export interface TrainModelOptions {
  readonly dataset: Dataset;
  readonly blocks: BlockSet;
  /** Its split decides on which faces the model is chosen, calibrated and tested. */
  readonly experiment: Experiment;
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly shouldStop?: () => boolean;
}

/** A trained model and how it does on the split's test side. */
export interface TrainedModel {
  /** Whoever asked for it disposes its network. */
  readonly model: Model;
  /** Undefined where the test side has no face, and for an official one: that is scored by `evaluate`. */
  readonly score?: TestScore;
  /** Faces that it was trained, chosen and tested on. */
  readonly faces: SplitFaces;
  readonly bestEpoch: number;
  /** Whether it was stopped before the last epoch; the weights are the best epoch's all the same. */
  readonly stopped: boolean;
}

/**
 * Trains a network, from its checkpoint where there is one, and fits its temperature on the validation side: with hard
 * labels only upwards, so that answers become less sure and never surer than the network is.
 * @throws RangeError for a split that the data set does not allow; Error when it was stopped before the first epoch
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainedModel> {
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
  const facts = { ...describeModel(options, network, faces.train.faces), temperature };
  const description = describeTraining(options, faces.train.faces, score);
  return { model: { ...facts, description, network }, score, faces, bestEpoch, stopped };
}

/** Says which expressions of the data the validation or the test side lacks. */
export function describeMissing(split: Split, records: readonly FrameRecord[]): string[] {
  return (['validation', 'test'] as const).flatMap((side) => {
    const missing = missingExpressions(split, records, side);
    return missing.length > 0 ? [`The ${side} side has no image of ${missing.join(', ')}.`] : [];
  });
}

/** Fewest validation faces that a temperature is fitted on. */
const FEWEST_TO_CALIBRATE = 20;

/** Fits a temperature on the validation side. @returns 1 where that side is too small to tell */
async function calibrate(network: Network, validation: TensorSource, isSoft = false): Promise<number> {
  if (validation.size < FEWEST_TO_CALIBRATE) return 1;
  const { probabilities } = await predict(network, validation);
  const fitted = fitTemperature(probabilities, validation.labels);
  // Where nearly all validation answers are right, the likeliest temperature is next to 0: that much is not known.
  return isSoft ? fitted : Math.max(1, fitted);
}

async function scoreOn(network: Network, source: TensorSource, missed: number): Promise<TestScore> {
  const { labels } = await predict(network, source);
  return scoreTest(source.labels, labels, missed);
}

/**
 * Gathers what a model file says of the faces that its network learned from.
 * @param faces of the training side, as positions in the block set
 * @returns as the size of the faces that to which the margin belongs: where it follows the face, that of the setting;
 *   where it is fixed, the training faces' median
 */
export function describeModel(
  { dataset, blocks, experiment }: Pick<TrainModelOptions, 'dataset' | 'blocks' | 'experiment'>,
  network: Network,
  faces: readonly number[],
): Omit<ModelFacts, 'temperature' | 'description'> {
  return {
    architecture: network.name,
    labels: EMOTIONS,
    marginPx: experiment.marginPx,
    faceSizePx: dataset.fixedMargin ? medianFace(blocks, faces) : MARGIN_FACE_PX,
    trainingData: hashFaces(blocks, faces, findArchitecture(network.name).inputs),
  };
}

/** Measures the middle one of some faces. @returns pixels, to a tenth */
function medianFace({ landmarks }: BlockSet, faces: readonly number[]): number {
  const sizes = faces.map((face) => measureFace(landmarks.subarray(136 * face, 136 * face + 136)));
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
