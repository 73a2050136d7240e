#!/usr/bin/env node
// The command of the package that scripts/pack.mjs makes for other projects.
import { Command } from 'commander';
import { runStep } from '../setup/step';
import { defineCommand, print } from './command';
import { VARIANT_OPTIONS, variantOf } from './setup';

const define = defineCommand({
  description:
    "install native TensorFlow in the package's folder: 270 MB by pip (Python 3.10 or newer), compiled for Linux x64",
  options: VARIANT_OPTIONS,
  async run(values) {
    const { setUpNative } = await import('../setup/native');
    return (await runStep('TensorFlow', () => setUpNative(variantOf(values)), print)) === undefined ? 0 : 1;
  },
});

const program = new Command('facial-expression-prior-attention');
define(program.command('setup'));
void program.parseAsync();
