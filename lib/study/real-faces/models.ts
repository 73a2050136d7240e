import { buildBoxesNetwork, buildLandmarksNetwork } from '../../model/networks/baselines';
import { STRONG_AUGMENTATION } from '../../model/training/augment';
import { findArchitecture, type NetworkSpec } from '../../model/architectures';
import { buildCompact } from '../../model/networks/compact';
import { ORIGINAL_RECIPE, PHOTOGRAPH_RECIPE, type TrainingRecipe } from '../../model/training/recipe';
import { buildResidualBlock, buildResidualFace } from '../../model/networks/residual';

/** The models of the study in the order of its tables, with their names in tables and figures. */
export const REAL_FACES_NAMES = {
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

/** A model of the study. */
export type RealFacesModel = keyof typeof REAL_FACES_NAMES;

/** The models of the study in the order of its tables. */
export const REAL_FACES_MODELS = Object.keys(REAL_FACES_NAMES) as readonly RealFacesModel[];

/** For networks without pixel inputs: a higher learning rate. */
const BASELINE_RECIPE: TrainingRecipe = { ...PHOTOGRAPH_RECIPE, learningRate: 1e-2, weightDecay: 0 };

/** Settings of all networks for photographs. */
const PHOTOGRAPHS = { augmentation: STRONG_AUGMENTATION, recipe: PHOTOGRAPH_RECIPE };

/** The networks that are trained on FER+. */
export const TRAINED_MODELS = {
  boxes: { build: buildBoxesNetwork, inputs: ['boxes'], recipe: BASELINE_RECIPE, epochs: 15 },
  // Without augmentation: these blocks show nothing but the positions of their boxes, which augmentation would hide.
  defect1: { build: buildCompact, inputs: ['eyes', 'mouth'], recipe: ORIGINAL_RECIPE, epochs: 15 },
  landmarks: { build: buildLandmarksNetwork, inputs: ['landmarks'], recipe: BASELINE_RECIPE, epochs: 15 },
  eyes: { ...PHOTOGRAPHS, build: buildResidualBlock, inputs: ['eyes'], epochs: 30 },
  mouth: { ...PHOTOGRAPHS, build: buildResidualBlock, inputs: ['mouth'], epochs: 30 },
  compact: { ...findArchitecture('ResidualBlocks'), epochs: 30 },
  tergat: { ...findArchitecture('TerGat'), epochs: 15 },
  face: { ...PHOTOGRAPHS, build: buildResidualFace, inputs: ['face'], epochs: 30 },
  blocksAndFace: { ...findArchitecture('ResidualBlocksAndFace'), epochs: 60 },
} as const satisfies Partial<Record<RealFacesModel, NetworkSpec & { readonly epochs: number }>>;

/** Fine-tuning of the default model on FER+ and drawn characters, starting from the weights of `blocksAndFace`. */
export const FINE_TUNING = {
  recipe: { ...PHOTOGRAPH_RECIPE, learningRate: 1e-3 },
  epochs: 4,
  characters: 50,
  clipsPerCell: 4,
  framesPerClip: 3,
} as const;

/** Largest loss of validation accuracy on FER+ by fine-tuning, 0 to 1. */
export const FINE_TUNING_LOSS = 0.003;

/** A model that is trained on FER+. */
export type TrainedModelName = keyof typeof TRAINED_MODELS;

/** Returns true if a model is trained on FER+. */
export function isTrained(model: string): model is TrainedModelName {
  return Object.hasOwn(TRAINED_MODELS, model);
}
