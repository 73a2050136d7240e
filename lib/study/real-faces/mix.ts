import { createHash } from 'node:crypto';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../core/experiment';
import { splitRecords } from '../../core/split';
import { concatBlocks } from '../../faces/concat-blocks';
import { formatEpoch } from '../../model/history';
import { saveState, type Network } from '../../model/network';
import { facesOfSplit } from '../faces-of-split';
import { openGenerated } from '../open-data';
import { preprocessDataset } from '../preprocess-dataset';
import { trainCached, type CachedTraining } from '../train-cached';
import { MIXED_TRAINING, TRAINED_ROWS } from './plan';
import { trainRow, type RealFacesData, type RunModelOptions } from './run';

/** The carried model's network after its last training. */
export interface MixedTraining extends CachedTraining {
  /** The caller disposes it. */
  readonly network: Network;
  /** Photographs and drawn faces that it learned from. */
  readonly photographs: number;
  readonly drawings: number;
}

/**
 * Trains the network that the project carries: `blocksAndFace`'s of a seed, and then a few epochs on FER+ and drawn
 * characters together. The epoch is chosen on FER+'s validation side. Both trainings go on from their checkpoints.
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
    startedFrom: hashState(network),
    onEpoch: (history) => print(`carried ${seed}: ${formatEpoch(history[history.length - 1], epochs)}`),
    shouldStop,
  });
  return { ...result, network, photographs: data.sides.train.length, drawings: drawnFaces.length };
}

/** Draws generated characters, and gives the faces of those that training may see. */
async function openDrawn(experiment: Experiment, characters: number) {
  const dataset = await openGenerated(experiment, characters);
  const { blocks } = await preprocessDataset(dataset, experiment, undefined, { wholeFace: true });
  const split = splitRecords(dataset.records, 'characters', experiment.seed);
  return { blocks, faces: facesOfSplit(split, dataset.records, blocks).train.faces };
}

function hashState(network: Network): string {
  const hash = createHash('sha256');
  for (const [name, values] of saveState(network)) {
    hash.update(name);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
