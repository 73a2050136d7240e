import { createHash } from 'node:crypto';
import type { BlockSet } from '../core/blocks';
import { EMOTIONS, emotionId } from '../core/emotions';
import type { Experiment } from '../core/experiment';
import { MARGIN_FACE_PX, measureFace } from '../core/landmarks';
import { splitRecords } from '../core/split';
import { fitTemperature } from '../core/temperature';
import type { Dataset } from '../datasets/dataset';
import { findArchitecture } from '../model/architectures';
import { inputSource, type TensorSource } from '../model/data';
import { predict } from '../model/evaluate';
import type { EpochRecord } from '../model/history';
import type { Model, ModelFacts } from '../model/model-file';
import type { Network } from '../model/network';
import type { BatchProgress } from '../model/train';
import { facesOfSplit } from './faces-of-split';
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
  readonly score: TestScore;
  readonly bestEpoch: number;
  /** Whether it was stopped before the last epoch; the weights are the best epoch's all the same. */
  readonly stopped: boolean;
}

/**
 * Trains a network, from its checkpoint where there is one, and fits its temperature on the validation side: only
 * upwards, so that answers become less sure and never surer than the network is.
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
    ...{ experiment, network, blocks, faces, onEpoch, onBatch, shouldStop },
  });
  if (bestEpoch === 0) throw new Error('Training was stopped before its first epoch was finished.');
  const validation = inputSource(blocks, faces.validation.faces, form.inputs);
  const { probabilities } = await predict(network, validation);
  // Where nearly all validation answers are right, the likeliest temperature is next to 0: that much is not known.
  const temperature = Math.max(1, fitTemperature(probabilities, validation.labels));
  const score = await scoreOn(network, inputSource(blocks, faces.test.faces, form.inputs), faces.test.missed);
  const facts = { ...describeModel(options, network, faces.train.faces), temperature };
  const description = describeTraining(options, score);
  return { model: { ...facts, description, network }, score, bestEpoch, stopped };
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
    trainingData: hashFaces(blocks, faces),
  };
}

/** Measures the middle one of some faces. @returns pixels, to a tenth */
function medianFace({ landmarks }: BlockSet, faces: readonly number[]): number {
  const sizes = faces.map((face) => measureFace(landmarks.subarray(136 * face, 136 * face + 136)));
  sizes.sort((first, second) => first - second);
  return Math.round(10 * sizes[Math.floor(sizes.length / 2)]) / 10;
}

/** Names what a model learned from: both blocks and the label of each face, in order. */
export function hashFaces({ eyes, mouth, records }: BlockSet, faces: readonly number[]): string {
  const hash = createHash('sha256');
  for (const face of faces) {
    for (const pixels of [eyes, mouth]) hash.update(pixels.subarray(1024 * face, 1024 * (face + 1)));
    hash.update(Uint8Array.of(emotionId(records[face].emotion)));
  }
  return hash.digest('hex');
}

function describeTraining({ dataset, experiment }: TrainModelOptions, { ofAll }: TestScore): string {
  const characters = new Set(dataset.records.map(({ character }) => character)).size;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const synthetic = dataset.synthetic ? ', drawn by this program: not measured on real faces' : '';
  return (
    `Learned from ${dataset.records.length} images of ${characters} characters (${dataset.name}${synthetic}); ` +
    `accuracy on ${ofAll.trials} test images, split by ${experiment.split}: ${percent(ofAll.value)} ` +
    `(Wilson 95 %: ${percent(ofAll.low)} to ${percent(ofAll.high)})`
  );
}
