import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { emotionId } from '../../core/emotions';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import { splitRecords } from '../../core/split';
import { loadExpressionNetwork } from '../../faces/detector/face-api';
import { concatBlocks } from '../../faces/store/rows';
import {
  countParameters,
  interpolateStates,
  loadState,
  type Network,
  type NetworkState,
  saveState,
} from '../../model/networks/network';
import { inputSource } from '../../model/training/data';
import { evaluate } from '../../model/training/evaluate';
import { formatEpoch } from '../../model/training/history';
import {
  type SetFaces,
  computeFileProbabilities,
  computeProbabilities,
  predictFrequencies,
} from '../compute-probabilities';
import { cutFromLastImage } from '../block-conditions';
import { facesOfSplit } from '../split-faces';
import { openGenerated, preprocessDataset } from '../open-dataset';
import { readColour } from '../pictures';
import { trainCached, withTrained, type CachedTraining } from '../train-cached';
import type { RealFacesRun } from './archive';
import {
  FINE_TUNING,
  isTrained,
  type RealFacesModel,
  TRAINED_MODELS,
  type TrainedForm,
  type TrainedModelName,
} from './models';
import { hasStrictLabel, type RealFacesData } from './open-fer-plus';

/** Training accuracy is measured on this many training faces after each epoch. */
const SCORED_FACES = 1024;

/** Files of the models that are not trained by this study. */
const MODEL_FILES = { drawn: 'models/drawn.safetensors', carried: 'models/default.safetensors' } as const;

/** Batch size of face-api's network. */
const FACE_API_BATCH = 64;

/** The share of the fine-tuned weights is a multiple of 1 / 20. */
const SHARE_STEPS = 20;

/** Seed and callbacks of a training. */
interface TrainingOptions {
  readonly seed: number;
  readonly print: (line: string) => void;
  readonly shouldStop?: () => boolean;
}

/**
 * Trains a model, or loads one that is not trained on FER+, and computes its probabilities for the validation set.
 * @param options.isTested if true, also for the test set, which is used only for the reported figures
 * @returns undefined when training was stopped
 */
export async function runModel(
  model: RealFacesModel,
  data: RealFacesData,
  options: TrainingOptions & { readonly isTested: boolean },
): Promise<RealFacesRun | undefined> {
  const { seed, print, isTested } = options;
  const { validation, test } = data.sides;
  const asked = { validation, test: isTested ? test : [] };
  if (!isTrained(model))
    return { seed, bestEpoch: 0, epochs: 0, ...(await askUntrained(model, data, asked)) };
  const { epochs, inputs } = TRAINED_MODELS[model];
  return trainOnFerPlus(model, data, options, async (network, { bestEpoch, seconds, stopped }, shown) => {
    print(`${model}, seed ${seed}: best epoch ${bestEpoch} of ${epochs}, ${seconds.toFixed(0)} s`);
    if (stopped) return undefined;
    const parameters = countParameters(network);
    return {
      seed,
      bestEpoch,
      epochs,
      parameters,
      ...(await computeProbabilities(network, inputs, shown, asked)),
    };
  });
}

async function askUntrained(
  model: Exclude<RealFacesModel, TrainedModelName>,
  data: RealFacesData,
  asked: SetFaces,
): Promise<Pick<RealFacesRun, 'parameters' | 'validation' | 'test'>> {
  const { blocks, sides } = data;
  if (model === 'faceApi') return askFaceApi(data, asked);
  if (model === 'majority') {
    const labelled = sides.train.map((face) => blocks.records[face]).filter(hasStrictLabel);
    const labels = labelled.map(({ emotion }) => emotionId(emotion));
    return { parameters: 0, ...predictFrequencies(labels, asked) };
  }
  const { parameters, validation, test } = await computeFileProbabilities(MODEL_FILES[model], blocks, asked);
  return { parameters, validation, test };
}

/** Computes the probabilities of face-api's expression network for whole crops, with the package's preprocessing. */
async function askFaceApi({ dataset, blocks }: RealFacesData, asked: SetFaces) {
  const network = await loadExpressionNetwork();
  const ask = async (faces: readonly number[]) => {
    const probabilities: number[] = [];
    for (let start = 0; start < faces.length; start += FACE_API_BATCH) {
      const crops = faces
        .slice(start, start + FACE_API_BATCH)
        .map((face) => readColour(path.join(dataset.directory, blocks.records[face].path)));
      probabilities.push(...(await network.classifyWhole(await Promise.all(crops))));
    }
    return Float32Array.from(probabilities);
  };
  try {
    const { parameters } = network;
    return { parameters, validation: await ask(asked.validation), test: await ask(asked.test) };
  } finally {
    network.dispose();
  }
}

/**
 * Trains a model on FER+, or resumes from its checkpoint, and calls a function with the weights of the best epoch.
 * @param use called with the network, the result of the training, and the blocks that are the network's inputs
 * @returns what the function returns
 */
async function trainOnFerPlus<T>(
  model: TrainedModelName,
  { dataset, blocks, sides, chosenBy }: RealFacesData,
  { seed, print, shouldStop }: TrainingOptions,
  use: (network: Network, training: CachedTraining, blocks: BlockSet) => Promise<T>,
): Promise<T> {
  const form: TrainedForm = TRAINED_MODELS[model];
  const imageOf = (record: FrameRecord) => path.join(dataset.directory, record.path);
  const shown = form.shown === 'last-image' ? await cutFromLastImage({ blocks, imageOf }) : blocks;
  const options = {
    experiment: { ...DEFAULT_EXPERIMENT, seed, epochs: form.epochs },
    blocks: shown,
    faces: { train: { faces: sides.train }, validation: { faces: chosenBy } },
    scoredFaces: SCORED_FACES,
    onEpoch: (history: CachedTraining['history']) =>
      print(`${model} ${seed}: ${formatEpoch(history[history.length - 1], form.epochs)}`),
    shouldStop,
  };
  return withTrained(form, options, (network, training) => use(network, training, shown));
}

/**
 * Trains the default model: `blocksAndFace` on FER+, then a few epochs on FER+ and drawn characters together. The final
 * weights are (1 - share) * before + share * after. The share is the largest multiple of 1 / 20 that loses at most
 * `FINE_TUNING.tolerance` of the accuracy on FER+'s validation set. Both trainings resume from their checkpoints.
 * Source of the average: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
 * @param use called with the network, which is disposed afterwards; whether training was stopped; the numbers of
 *   photographs and drawn faces in the training set; and the share of the fine-tuned weights, 0 to 1
 * @returns what the function returns
 */
export async function fineTune<T>(
  data: RealFacesData,
  options: TrainingOptions,
  use: (
    network: Network,
    training: Readonly<{ stopped: boolean; photographs: number; drawings: number; share: number }>,
  ) => Promise<T>,
): Promise<T> {
  const { seed, print, shouldStop } = options;
  const { recipe, epochs, characters, clipsPerCell, framesPerClip } = FINE_TUNING;
  const experiment = { ...DEFAULT_EXPERIMENT, seed, epochs, clipsPerCell, framesPerClip };
  return trainOnFerPlus('blocksAndFace', data, options, async (network) => {
    const before = saveState(network);
    const generated = await openGenerated(experiment, characters);
    const drawn = await preprocessDataset(generated, experiment, undefined, { wholeFace: true });
    const split = splitRecords(generated.records, 'characters', seed);
    const { faces: chosen } = facesOfSplit(split, generated.records, drawn.blocks).train;
    const drawnFaces = chosen.map((face) => face + data.blocks.records.length);
    const { inputs, augmentation } = TRAINED_MODELS.blocksAndFace;
    const { stopped } = await trainCached({
      inputs,
      augmentation,
      recipe,
      experiment,
      network,
      blocks: concatBlocks([data.blocks, drawn.blocks]),
      faces: {
        train: { faces: [...data.sides.train, ...drawnFaces] },
        validation: { faces: data.chosenBy },
      },
      scoredFaces: SCORED_FACES,
      finalWeights: 'last',
      startedFrom: hashState(before),
      onEpoch: (history) => print(`carried ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
      shouldStop,
    });
    const share = stopped ? 1 : await averageWeights(network, before, data);
    const photographs = data.sides.train.length;
    return use(network, { stopped, photographs, drawings: drawnFaces.length, share });
  });
}

/**
 * Sets a network's weights to an average of its own and earlier ones, with the largest tolerable share of its own.
 * @returns the share, 0 to 1
 */
async function averageWeights(network: Network, before: NetworkState, data: RealFacesData): Promise<number> {
  const after = saveState(network);
  const source = inputSource(data.blocks, data.chosenBy, TRAINED_MODELS.blocksAndFace.inputs);
  const measure = async (share: number) => {
    loadState(network, interpolateStates(before, after, share));
    return (await evaluate(network, source)).accuracy;
  };
  const least = (await measure(0)) - FINE_TUNING.tolerance;
  for (let step = SHARE_STEPS; step > 0; step--)
    if ((await measure(step / SHARE_STEPS)) >= least) return step / SHARE_STEPS;
  loadState(network, before);
  return 0;
}

function hashState(state: NetworkState): string {
  const hash = createHash('sha256');
  for (const [name, { buffer, byteOffset, byteLength }] of state)
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
