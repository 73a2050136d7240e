import { AUGMENTATION, STRONG_AUGMENTATION, type TrainingInputs } from './training/augment';
import { buildCombined, buildCompact } from './networks/compact';
import type { FaceInput } from './training/data';
import type { BuildOptions, Network } from './networks/network';
import { ORIGINAL_RECIPE, PHOTOGRAPH_RECIPE, type TrainingRecipe } from './training/recipe';
import { buildResidualBlocks, buildResidualBlocksAndFace } from './networks/residual';
import { buildTerGat } from './networks/tergat';

/** How a network is built, what its inputs are, and how it is trained. */
export interface NetworkSpec extends TrainingInputs {
  readonly build: (options: BuildOptions) => Network;
  readonly recipe: TrainingRecipe;
}

/** A network that can be stored in a model file. */
export interface Architecture extends NetworkSpec {
  /** Name of the network, as its builder sets it. */
  readonly name: string;
  readonly inputs: readonly FaceInput[];
}

const BLOCKS = ['eyes', 'mouth'] as const;

/** Training settings for drawn faces, and for photographs. */
const DRAWN = { augmentation: AUGMENTATION, recipe: ORIGINAL_RECIPE } as const;
const PHOTOGRAPHS = { augmentation: STRONG_AUGMENTATION, recipe: PHOTOGRAPH_RECIPE } as const;

/** All networks that can be stored in a model file. */
export const ARCHITECTURES: readonly Architecture[] = [
  { name: 'Compact', build: buildCompact, inputs: BLOCKS, ...DRAWN },
  { name: 'Combined', build: buildCombined, inputs: [...BLOCKS, 'landmarks'], ...DRAWN },
  { name: 'TerGat', build: buildTerGat, inputs: BLOCKS, recipe: ORIGINAL_RECIPE },
  { name: 'ResidualBlocks', build: buildResidualBlocks, inputs: BLOCKS, ...PHOTOGRAPHS },
  {
    name: 'ResidualBlocksAndFace',
    build: buildResidualBlocksAndFace,
    inputs: [...BLOCKS, 'face'],
    ...PHOTOGRAPHS,
  },
];

/**
 * Finds an architecture by its name.
 * @param name of one of {@link ARCHITECTURES}, in any letter case
 * @throws RangeError for an unknown name
 */
export function findArchitecture(name: string): Architecture {
  const found = ARCHITECTURES.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = ARCHITECTURES.map((one) => one.name).join(', ');
  throw new RangeError(`Expected one of ${names} for architecture but received ${name}`);
}
