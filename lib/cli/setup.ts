import type { Variant } from '../setup/native';
import { defineCommand, print, toggle, type ValuesOf } from './command';

/** Options that choose a build of TensorFlow. */
export const VARIANT_OPTIONS = {
  cpu: toggle('--cpu', "TensorFlow's CPU build; default: what nvidia-smi finds").conflicts('gpu'),
  gpu: toggle('--gpu', "TensorFlow's CUDA build; default: what nvidia-smi finds"),
};

/** Returns the build that {@link VARIANT_OPTIONS} choose; undefined: the default. */
export function variantOf({ cpu, gpu }: ValuesOf<typeof VARIANT_OPTIONS>): Variant | undefined {
  return cpu ? 'cpu' : gpu ? 'gpu' : undefined;
}

/** Defines `setup`. */
export const define = defineCommand({
  options: VARIANT_OPTIONS,
  async run(values) {
    const { setUp } = await import('../setup');
    return (await setUp(print, variantOf(values))).helpers === undefined ? 0 : 1;
  },
});

/**
 * Sets up what is missing for notebooks, and prints a line per step.
 * @param purpose what needs it, for the error
 * @throws Error with the reason when Python, the kernel or dist cannot be set up
 */
export async function setUpNotebooks(purpose: string, variant?: Variant): Promise<void> {
  const { setUp } = await import('../setup');
  const failures = Object.entries(await setUp(print, variant));
  const [name, reason] = failures.find(([step, why]) => why !== undefined && step !== 'TensorFlow') ?? [];
  if (name) throw new Error(`Expected ${name} to be set up for ${purpose} but ${reason}`);
}
