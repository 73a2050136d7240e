import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../core/experiment';
import type { FrameRecord } from '../../core/record';
import { splitRecords } from '../../core/split';
import { concatBlocks } from '../../faces/store/rows';
import {
  loadState,
  interpolateStates,
  saveState,
  type Network,
  type NetworkState,
} from '../../model/networks/network';
import { inputSource } from '../../model/training/data';
import { evaluate } from '../../model/training/evaluate';
import { formatEpoch } from '../../model/training/history';
import { facesOfSplit } from '../faces-of-split';
import { openGenerated, preprocessDataset } from '../open-dataset';
import { cutFromLastImage } from '../block-conditions';
import { trainCached, withTrained, type CachedTraining } from '../train-cached';
import { FINE_TUNING, TRAINED_MODELS, type TrainedForm, type TrainedModelName } from './models';
import type { RealFacesData } from './open-fer-plus';

/** Training accuracy is measured on this many training faces after each epoch. */
const SCORED_FACES = 1024;

/** Options of a training. */
export interface FerPlusTraining {
  readonly seed: number;
  readonly print: (line: string) => void;
  readonly shouldStop?: () => boolean;
}

/**
 * Trains a model on FER+, or resumes from its checkpoint, and calls a function with the weights of the best epoch.
 * @param use called with the network, the result of the training, and the blocks that are the network's inputs
 * @returns what the function returns
 */
export async function trainOnFerPlus<T>(
  model: TrainedModelName,
  { dataset, blocks, sides, chosenBy }: RealFacesData,
  { seed, print, shouldStop }: FerPlusTraining,
  use: (network: Network, training: CachedTraining, blocks: BlockSet) => Promise<T>,
): Promise<T> {
  const form: TrainedForm = TRAINED_MODELS[model];
  const imageOf = (record: FrameRecord) => path.join(dataset.directory, record.path);
  const shown = form.shown === 'last-image' ? await cutFromLastImage({ blocks, imageOf }) : blocks;
  const options = {
    experiment: { ...DEFAULT_EXPERIMENT, seed, epochs: form.epochs },
    blocks: shown,
    faces: { train: { faces: sides.train, missed: 0 }, validation: { faces: chosenBy, missed: 0 } },
    scoredFaces: SCORED_FACES,
    onEpoch: (history: CachedTraining['history']) =>
      print(`${model} ${seed}: ${formatEpoch(history[history.length - 1], form.epochs)}`),
    shouldStop,
  };
  return withTrained(form, options, (network, training) => use(network, training, shown));
}

/** Weight shares that are tried: multiples of a twentieth. */
const SHARE_STEPS = 20;

/** Result of {@link fineTune}. */
interface FineTuning extends CachedTraining {
  /** Number of photographs and of drawn faces in the training set. */
  readonly photographs: number;
  readonly drawings: number;
  /** Share of the fine-tuned weights in the final weights, 0 to 1. */
  readonly share: number;
}

/**
 * Trains the default model: `blocksAndFace` on FER+, then a few epochs on FER+ and drawn characters together. The final
 * weights are (1 - share) * before + share * after. The share is the largest multiple of 1 / 20 that loses at most
 * `FINE_TUNING.tolerance` of the accuracy on FER+'s validation set. Both trainings resume from their checkpoints.
 * Source of the average: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
 * @param use called with the network, which is disposed afterwards
 * @returns what the function returns
 */
export async function fineTune<T>(
  data: RealFacesData,
  options: FerPlusTraining,
  use: (network: Network, training: FineTuning) => Promise<T>,
): Promise<T> {
  const { seed, print, shouldStop } = options;
  const { recipe, epochs, characters, clipsPerCell, framesPerClip } = FINE_TUNING;
  const experiment: Experiment = { ...DEFAULT_EXPERIMENT, seed, epochs, clipsPerCell, framesPerClip };
  return trainOnFerPlus('blocksAndFace', data, options, async (network) => {
    const before = saveState(network);
    const drawn = await openDrawn(experiment, characters);
    const blocks = concatBlocks([data.blocks, drawn.blocks]);
    const drawnFaces = drawn.faces.map((face) => face + data.blocks.records.length);
    const { inputs, augmentation } = TRAINED_MODELS.blocksAndFace;
    const result = await trainCached({
      inputs,
      augmentation,
      recipe,
      experiment,
      network,
      blocks,
      faces: {
        train: { faces: [...data.sides.train, ...drawnFaces], missed: 0 },
        validation: { faces: data.chosenBy, missed: 0 },
      },
      scoredFaces: SCORED_FACES,
      finalWeights: 'last',
      startedFrom: hashState(before),
      onEpoch: (history) => print(`carried ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
      shouldStop,
    });
    const share = result.stopped ? 1 : await averageWeights(network, before, data);
    const counts = { photographs: data.sides.train.length, drawings: drawnFaces.length };
    return use(network, { ...result, ...counts, share });
  });
}

/**
 * Averages a network's weights with earlier ones, with the largest tolerable share of its own.
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

/** Opens generated characters, and selects the faces of the training characters. */
async function openDrawn(experiment: Experiment, characters: number) {
  const dataset = await openGenerated(experiment, characters);
  const { blocks } = await preprocessDataset(dataset, experiment, undefined, { wholeFace: true });
  const split = splitRecords(dataset.records, 'characters', experiment.seed);
  return { blocks, faces: facesOfSplit(split, dataset.records, blocks).train.faces };
}

function hashState(state: NetworkState): string {
  const hash = createHash('sha256');
  for (const [name, values] of state) {
    hash.update(name);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
