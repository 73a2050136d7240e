import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { fitTemperature } from '../../core/calibration';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import { formatPercent } from '../../core/metrics';
import { splitRecords } from '../../core/split';
import { loadExpressionNetwork } from '../../faces/detector/face-api';
import { concatBlocks } from '../../faces/store/rows';
import { projectRoot } from '../../files/project';
import { saveWhole } from '../../files/write-file';
import { encodeModel } from '../../model/files/model-file';
import {
  interpolateStates,
  loadState,
  type Network,
  type NetworkState,
  saveState,
} from '../../model/networks/network';
import { blockSource, inputSource, type TensorSource } from '../../model/training/data';
import { evaluate, predict, scorePrediction } from '../../model/training/evaluate';
import { formatEpoch } from '../../model/training/history';
import { DEFAULT_MODEL } from '../../predict/classifier';
import { cutFromLastImage } from '../block-conditions';
import { facesOfSplit } from '../evaluate-split';
import { openGenerated, preprocessDataset } from '../open-dataset';
import { readColour } from '../pictures';
import { trainCached, withTrained, type CachedTraining } from '../train-cached';
import { describeModel } from '../train-model';
import type { RealFacesRun } from './real-faces-archive';
import {
  FINE_TUNING,
  FINE_TUNING_LOSS,
  isTrained,
  type RealFacesModel,
  TRAINED_MODELS,
  type TrainedModelName,
} from './models';
import { hasStrictLabel, type RealFacesData } from './open-fer-plus';
import {
  computeFileProbabilities,
  computeProbabilities,
  packProbabilities,
  predictFrequencies,
  type ModelAnswers,
  type SetFaces,
} from '../probabilities';

/** Training accuracy is measured on this many training faces after each epoch. */
const SCORED_FACES = 1024;

/** Files of the models that are not trained by this study. */
const MODEL_FILES = { drawn: 'models/drawn.safetensors', carried: 'models/default.safetensors' } as const;

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
  const evaluated = { validation, test: isTested ? test : [] };
  const toRun = (answers: ModelAnswers, bestEpoch: number, epochs: number): RealFacesRun => ({
    seed,
    bestEpoch,
    epochs,
    parameters: answers.parameters,
    validation: packProbabilities(answers.validation),
    test: packProbabilities(answers.test),
  });
  if (!isTrained(model)) return toRun(await classifyUntrained(model, data, evaluated), 0, 0);
  const { epochs, inputs } = TRAINED_MODELS[model];
  return trainOnFerPlus(model, data, options, async (network, { bestEpoch, seconds, stopped }, shown) => {
    print(`${model}, seed ${seed}: best epoch ${bestEpoch} of ${epochs}, ${seconds.toFixed(0)} s`);
    if (stopped) return undefined;
    return toRun(await computeProbabilities(network, inputs, shown, evaluated), bestEpoch, epochs);
  });
}

async function classifyUntrained(
  model: Exclude<RealFacesModel, TrainedModelName>,
  { imageOf, blocks, sides }: RealFacesData,
  evaluated: SetFaces,
): Promise<ModelAnswers> {
  const { records } = blocks;
  if (model === 'majority') {
    const labelled = sides.train.filter((face) => hasStrictLabel(records[face]));
    return predictFrequencies(blockSource(blocks, labelled).labels, evaluated);
  }
  if (model !== 'faceApi') return computeFileProbabilities(MODEL_FILES[model], blocks, evaluated);
  const network = await loadExpressionNetwork();
  // Whole crops, with the package's preprocessing.
  const ask = async (faces: readonly number[]) =>
    network.classifyWhole(await Promise.all(faces.map((face) => readColour(imageOf(records[face])))));
  try {
    const { parameters } = network;
    return { parameters, validation: await ask(evaluated.validation), test: await ask(evaluated.test) };
  } finally {
    network.dispose();
  }
}

/** Returns the options that all trainings share. @param name of the model, for messages */
function trainingOptions(name: string, epochs: number, { seed, print, shouldStop }: TrainingOptions) {
  return {
    experiment: { ...DEFAULT_EXPERIMENT, seed, epochs },
    scoredFaces: SCORED_FACES,
    shouldStop,
    onEpoch: (history: CachedTraining['history']) =>
      print(`${name} ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
  };
}

/**
 * Trains a model on FER+, or resumes from its checkpoint, and calls a function with the weights of the best epoch.
 * @param use called with the network, the result of the training, and the blocks that are the network's inputs
 * @returns what the function returns
 */
async function trainOnFerPlus<T>(
  model: TrainedModelName,
  { imageOf, blocks, sides, chosenBy }: RealFacesData,
  options: TrainingOptions,
  use: (network: Network, training: CachedTraining, blocks: BlockSet) => Promise<T>,
): Promise<T> {
  const { epochs, ...form } = TRAINED_MODELS[model];
  const shown = model === 'defect1' ? await cutFromLastImage({ blocks, imageOf }) : blocks;
  const training = {
    ...trainingOptions(model, epochs, options),
    blocks: shown,
    faces: { train: { faces: sides.train }, validation: { faces: chosenBy } },
  };
  return withTrained(form, training, (network, result) => use(network, result, shown));
}

/**
 * Trains and saves the default model: `blocksAndFace` on FER+, then a few epochs on FER+ and drawn characters together. The
 * final weights are (1 - share) * before + share * after. The share is the largest multiple of 1 / 20 that loses at most
 * `FINE_TUNING_LOSS` of the accuracy on FER+'s validation set, on which the temperature is fitted too. Both trainings resume
 * from their checkpoints.
 * Source of the average: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
 * @returns false when training was stopped
 */
export async function makeDefaultModel(data: RealFacesData, options: TrainingOptions): Promise<boolean> {
  const { recipe, epochs, characters, ...clips } = FINE_TUNING;
  const { inputs, augmentation } = TRAINED_MODELS.blocksAndFace;
  const { blocks, chosenBy } = data;
  const photographs = data.sides.train;
  return trainOnFerPlus('blocksAndFace', data, options, async (network, { stopped: isStopped }) => {
    if (isStopped) return false;
    const before = saveState(network);
    const shared = trainingOptions('carried', epochs, options);
    const experiment = { ...shared.experiment, ...clips };
    const generated = await openGenerated(experiment, characters);
    const drawn = await preprocessDataset(generated, experiment, undefined, { wholeFace: true });
    const split = splitRecords(generated.records, 'characters', options.seed);
    const { faces: chosen } = facesOfSplit(split, generated.records, drawn.blocks).train;
    const drawings = chosen.map((face) => face + blocks.records.length);
    const { stopped } = await trainCached({
      ...shared,
      inputs,
      augmentation,
      recipe,
      network,
      blocks: concatBlocks([blocks, drawn.blocks]),
      faces: { train: { faces: [...photographs, ...drawings] }, validation: { faces: chosenBy } },
      finalWeights: 'last',
      startedFrom: hashState(before),
    });
    if (stopped) return false;
    const source = inputSource(blocks, chosenBy, inputs);
    const share = await averageWeights(network, before, source);
    const prediction = await predict(network, source);
    const temperature = fitTemperature(prediction.probabilities, source.labels);
    const { accuracy } = scorePrediction(prediction, source.labels);
    const validation = `${formatPercent(accuracy, 1)} of ${source.size} validation images`;
    const { trainingData, ...facts } = describeModel({ ...data, experiment }, network, photographs);
    const description =
      `Learned from ${photographs.length} photographs of faces (FER+, soft labels of ten annotators) and ${drawings.length} drawn ` +
      `faces; right for ${validation} of FER+ (majority labels, seven expressions)`;
    const parts = encodeModel(network, { ...facts, temperature, trainingData, description });
    await saveWhole(path.join(projectRoot(), DEFAULT_MODEL), parts);
    options.print(
      `${DEFAULT_MODEL}: seed ${options.seed}, weights averaged with share ${share} of the fine-tuned ones, temperature ${temperature.toFixed(3)}, right for ${validation}`,
    );
    return true;
  });
}

/**
 * Sets a network's weights to an average of its own and earlier ones, with the largest tolerable share of its own.
 * @returns the share, 0 to 1
 */
async function averageWeights(network: Network, before: NetworkState, source: TensorSource): Promise<number> {
  const after = saveState(network);
  const measure = async (share: number) => {
    loadState(network, interpolateStates(before, after, share));
    return (await evaluate(network, source)).accuracy;
  };
  const least = (await measure(0)) - FINE_TUNING_LOSS;
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
