import type { Variant } from '../setup/native';
import { formatStep, type StepResult } from '../setup/step';
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
    const steps = await runSetUp(variantOf(values));
    return steps.find(({ name }) => name === 'helpers')?.state === 'unavailable' ? 1 : 0;
  },
});

/** Sets up what is missing, and prints a line per step. @param variant default: by `nvidia-smi` */
export async function runSetUp(variant?: Variant): Promise<StepResult[]> {
  const { setUp } = await import('../setup');
  return setUp({ variant, onStep: (step) => print(formatStep(step)) });
}

/**
 * Sets up what is missing for notebooks, and prints a line per step.
 * @param purpose what needs it, for the error
 * @throws Error with the reason when Python, the kernel or dist cannot be set up
 */
export async function setUpNotebooks(purpose: string, variant?: Variant): Promise<void> {
  const steps = await runSetUp(variant);
  const failed = steps.find(({ name, state }) => name !== 'TensorFlow' && state === 'unavailable');
  if (failed) throw new Error(`Expected ${failed.name} to be set up for ${purpose} but ${failed.detail}`);
}
