import type { BlockSet } from '../core/blocks';
import { augmentedSource } from './augment';
import { buildCombined } from './combined';
import { buildCompact } from './compact';
import { blockSource, combinedSource, type TensorSource } from './data';
import type { Network } from './network';
import { buildTerGat } from './tergat';

/** A network that a model file can hold, and what it is fed with. */
export interface Architecture {
  /** The name that the builder gives its network. */
  readonly name: string;
  readonly build: (options: { readonly seed: number }) => Network;
  /** Whether its inputs are [eyes, mouth, landmarks], or [eyes, mouth] only. */
  readonly seesLandmarks: boolean;
  /** Makes what it is evaluated on. */
  readonly toSource: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
  /** Makes what it is trained on. */
  readonly toTrainSource: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
}

/** The networks that a model file can hold. */
export const ARCHITECTURES: readonly Architecture[] = [
  {
    ...{ name: 'Compact', build: buildCompact, seesLandmarks: false },
    ...{ toSource: blockSource, toTrainSource: augmentedBlocks },
  },
  {
    ...{ name: 'Combined', build: buildCombined, seesLandmarks: true },
    ...{ toSource: combinedSource, toTrainSource: augmentedSource },
  },
  {
    ...{ name: 'TerGat', build: buildTerGat, seesLandmarks: false },
    ...{ toSource: blockSource, toTrainSource: blockSource },
  },
];

/**
 * Finds an architecture by its name.
 * @param name one of {@link ARCHITECTURES}, in any case
 * @throws RangeError when there is none of that name
 */
export function findArchitecture(name: string): Architecture {
  const found = ARCHITECTURES.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const names = ARCHITECTURES.map((one) => one.name).join(', ');
  throw new RangeError(`Expected one of ${names} for architecture but received ${name}`);
}

/** Block pairs that training draws changed samples of. */
function augmentedBlocks(blocks: BlockSet, faces: readonly number[]): TensorSource {
  return augmentedSource(blocks, faces, { inputs: ['eyes', 'mouth'] });
}
