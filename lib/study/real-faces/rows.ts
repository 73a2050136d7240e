import { buildBoxesNetwork } from '../../model/networks/boxes-network';
import { STRONG_AUGMENTATION } from '../../model/training/augment';
import type { NetworkForm } from '../../model/architectures';
import { buildCompact } from '../../model/networks/compact';
import { buildLandmarksNetwork } from '../../model/networks/landmarks-network';
import { ORIGINAL_RECIPE, PHOTOGRAPH_RECIPE, type TrainingRecipe } from '../../model/training/recipe';
import {
  buildResidualBlock,
  buildResidualBlocks,
  buildResidualBlocksAndFace,
  buildResidualFace,
} from '../../model/networks/residual';
import { buildTerGat } from '../../model/networks/tergat';

/** Every row of the study, from the one that sees nothing to the one that the project carries. */
export const REAL_FACES_MODELS = [
  'majority',
  'boxes',
  'defect1',
  'landmarks',
  'eyes',
  'mouth',
  'compact',
  'tergat',
  'face',
  'blocksAndFace',
  'drawn',
  'faceApi',
  'carried',
] as const;

/** One of {@link REAL_FACES_MODELS}. */
export type RealFacesModel = (typeof REAL_FACES_MODELS)[number];

/** The rows in words, for tables and figures. */
export const REAL_FACES_NAMES: Readonly<Record<RealFacesModel, string>> = {
  majority: 'most frequent expression',
  boxes: 'box coordinates alone',
  defect1: 'both blocks, cut from one image (defect 1)',
  landmarks: 'landmarks alone',
  eyes: 'eyes block alone',
  mouth: 'mouth block alone',
  compact: 'both blocks',
  tergat: "both blocks, TerGat with the original's settings",
  face: 'whole face',
  blocksAndFace: 'both blocks and the whole face',
  drawn: 'model of drawn faces',
  faceApi: "face-api's network, whole crop",
  carried: 'the model that the project carries',
};

/** A network that the study trains. */
export interface TrainedRow extends NetworkForm {
  readonly epochs: number;
  /** What is shown in place of the two blocks; default the blocks themselves. */
  readonly shown?: 'last-image';
}

/** For networks without pixels: a higher learning rate. */
const BASELINE_RECIPE: TrainingRecipe = { ...PHOTOGRAPH_RECIPE, learningRate: 1e-2, weightDecay: 0 };

/** What all networks for photographs share. */
const PHOTOGRAPHS = { augmentation: STRONG_AUGMENTATION, recipe: PHOTOGRAPH_RECIPE };

/** The rows that are trained on FER+. The final recipe is `blocksAndFace`'s. */
export const TRAINED_ROWS = {
  boxes: { build: buildBoxesNetwork, inputs: ['boxes'], recipe: BASELINE_RECIPE, epochs: 15 },
  landmarks: { build: buildLandmarksNetwork, inputs: ['landmarks'], recipe: BASELINE_RECIPE, epochs: 15 },
  // The original's settings, without augmentation: moving a block would hide where its box lies, which is all it has.
  defect1: {
    build: buildCompact,
    inputs: ['eyes', 'mouth'],
    recipe: ORIGINAL_RECIPE,
    epochs: 15,
    shown: 'last-image',
  },
  eyes: { ...PHOTOGRAPHS, build: buildResidualBlock, inputs: ['eyes'], epochs: 30 },
  mouth: { ...PHOTOGRAPHS, build: buildResidualBlock, inputs: ['mouth'], epochs: 30 },
  compact: { ...PHOTOGRAPHS, build: buildResidualBlocks, inputs: ['eyes', 'mouth'], epochs: 30 },
  tergat: { build: buildTerGat, inputs: ['eyes', 'mouth'], recipe: ORIGINAL_RECIPE, epochs: 15 },
  face: { ...PHOTOGRAPHS, build: buildResidualFace, inputs: ['face'], epochs: 30 },
  blocksAndFace: {
    ...PHOTOGRAPHS,
    build: buildResidualBlocksAndFace,
    inputs: ['eyes', 'mouth', 'face'],
    epochs: 60,
  },
} as const satisfies Partial<Record<RealFacesModel, TrainedRow>>;

/**
 * The last training of the carried model: the network of both blocks and the whole face goes on for a few epochs on FER+
 * and drawn characters together, so that it knows drawings too.
 */
export const MIXED_TRAINING = {
  recipe: { ...PHOTOGRAPH_RECIPE, learningRate: 1e-3 },
  epochs: 4,
  /** What knowing drawings may cost of the validation accuracy on FER+, 0 to 1. */
  tolerance: 0.003,
  characters: 50,
  clipsPerCell: 4,
  framesPerClip: 3,
} as const;

/** A row that is trained. */
export type TrainedModel = keyof typeof TRAINED_ROWS;

/** Tells whether a row is trained on FER+. */
export function isTrained(model: string): model is TrainedModel {
  return Object.hasOwn(TRAINED_ROWS, model);
}
