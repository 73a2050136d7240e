import { createHash } from 'node:crypto';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../core/experiment';
import { splitRecords } from '../../core/split';
import { concatBlocks } from '../../faces/store/concat-blocks';
import { inputSource } from '../../model/training/data';
import { evaluate } from '../../model/training/evaluate';
import { formatEpoch } from '../../model/training/history';
import {
  loadState,
  mixStates,
  saveState,
  type Network,
  type NetworkState,
} from '../../model/networks/network';
import { facesOfSplit } from '../faces-of-split';
import { openGenerated, preprocessDataset } from '../open-dataset';
import { trainCached, type CachedTraining } from '../train-cached';
import { MIXED_TRAINING, TRAINED_ROWS } from './rows';
import { trainRow, type RealFacesData, type RunModelOptions } from './run';

/** Shares of the weights that are tried: multiples of a twentieth. */
const SHARE_STEPS = 20;

/** The carried model's network after its last training. */
export interface MixedTraining extends CachedTraining {
  /** The caller disposes it. */
  readonly network: Network;
  /** Photographs and drawn faces that it learned from. */
  readonly photographs: number;
  readonly drawings: number;
  /** Share of the weights after the last training in the network's weights, 0 to 1; the rest are those before. */
  readonly share: number;
}

/**
 * Trains the network that the project carries: `blocksAndFace`'s of a seed, and then a few epochs on FER+ and drawn
 * characters together. The final weights are (1 - share) * before + share * after. The share is the largest multiple of
 * 1 / 20 that loses at most `MIXED_TRAINING.tolerance` of the accuracy on FER+'s validation side. Both trainings go on from
 * their checkpoints.
 * Source of the average: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
 * @throws what training throws
 */
export async function trainMixed(
  data: RealFacesData,
  options: Pick<RunModelOptions, 'seed' | 'print' | 'shouldStop'>,
): Promise<MixedTraining> {
  const { seed, print, shouldStop } = options;
  const { recipe, epochs, characters, clipsPerCell, framesPerClip } = MIXED_TRAINING;
  const experiment: Experiment = { ...DEFAULT_EXPERIMENT, seed, epochs, clipsPerCell, framesPerClip };
  const { network } = await trainRow('blocksAndFace', data, options);
  const before = saveState(network);
  const drawn = await openDrawn(experiment, characters);
  const blocks = concatBlocks([data.blocks, drawn.blocks]);
  const drawnFaces = drawn.faces.map((face) => face + data.blocks.records.length);
  const { inputs, augmentation } = TRAINED_ROWS.blocksAndFace;
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
    scoredFaces: 1024,
    finalWeights: 'last',
    startedFrom: hashState(before),
    onEpoch: (history) => print(`carried ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
    shouldStop,
  });
  const share = result.stopped ? 1 : await takeTolerable(network, before, data);
  return { ...result, network, share, photographs: data.sides.train.length, drawings: drawnFaces.length };
}

/**
 * Averages a network's weights with those before, with the largest tolerable share of its own.
 * @returns the share, 0 to 1
 */
async function takeTolerable(network: Network, before: NetworkState, data: RealFacesData): Promise<number> {
  const after = saveState(network);
  const source = inputSource(data.blocks, data.chosenBy, TRAINED_ROWS.blocksAndFace.inputs);
  const measure = async (share: number) => {
    loadState(network, mixStates(before, after, share));
    return (await evaluate(network, source)).accuracy;
  };
  const least = (await measure(0)) - MIXED_TRAINING.tolerance;
  for (let step = SHARE_STEPS; step > 0; step--)
    if ((await measure(step / SHARE_STEPS)) >= least) return step / SHARE_STEPS;
  loadState(network, before);
  return 0;
}

/** Draws generated characters, and gives the faces of those that training may see. */
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
