import { Command } from 'commander';
import { print } from './print';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** `setup`: everything that `npm ci` leaves out. */
export const setupCommand = addVariantOptions(new Command('setup'))
  .description('set up what `npm ci` leaves out: Python part, TensorFlow, kernel, compiled helpers')
  .action(async (flags: VariantFlags) => {
    const { runSetUp } = await import('../commands/set-up');
    const steps = await runSetUp(variantOf(flags), print);
    if (steps.find((step) => step.name === 'helpers')?.state === 'unavailable') process.exitCode = 1;
  });
