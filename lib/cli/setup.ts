import type { Command } from 'commander';
import type { Variant } from '../setup/native';
import { formatStep, type StepResult } from '../setup/step';
import { print } from './terminal';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** Defines `setup`. */
export function define(command: Command): void {
  addVariantOptions(command).action(async (flags: VariantFlags) => {
    const steps = await runSetUp(variantOf(flags));
    if (steps.find(({ name }) => name === 'helpers')?.state === 'unavailable') process.exitCode = 1;
  });
}

/** Sets up what is missing, and prints a line per step. @param variant build of TensorFlow; default by `nvidia-smi` */
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
