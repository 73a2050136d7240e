#!/usr/bin/env node
// The command of the package that scripts/pack.mjs makes for other projects.
import { Command } from 'commander';
import { formatStep, runStep } from '../setup/step';
import { print } from './terminal';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

const setup = addVariantOptions(new Command('setup'))
  .description(
    "install native TensorFlow in the package's folder: 270 MB by pip (Python 3.10 or newer), compiled for Linux x64",
  )
  .action(async (flags: VariantFlags) => {
    const { setUpNative } = await import('../setup/native');
    const step = await runStep('TensorFlow', () => setUpNative(variantOf(flags)));
    print(formatStep(step));
    if (step.state === 'unavailable') process.exitCode = 1;
  });

void new Command('facial-expression-prior-attention').addCommand(setup).parseAsync();
