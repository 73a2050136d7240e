import type { Command } from 'commander';
import path from 'node:path';
import { addSampleOptions, experimentOf, type ExperimentFlags } from './experiment';
import { numberBetween } from './number';
import { followOnStderr, print } from './terminal';

interface SampleFlags extends ExperimentFlags {
  readonly generated?: number;
}

/** Defines `sample`. */
export function define(command: Command): void {
  addSampleOptions(
    command.option(
      '--generated <count>',
      'number of generated characters to draw into data/generated; default: the six of data/sample',
      numberBetween(1, 1_000_000, { isWhole: true }),
    ),
  )
    .addHelpText(
      'after',
      '\nImages that are there are kept. The same command completes a sample that was interrupted.',
    )
    .action(async ({ generated, ...flags }: SampleFlags) => {
      const { openDataset, openGenerated } = await import('../study/open-dataset');
      const experiment = experimentOf(flags);
      const follow = followOnStderr('Drawing');
      const { records, directory } = generated
        ? await openGenerated(experiment, generated, follow)
        : await openDataset(experiment, {}, follow);
      const characters = new Set(records.map(({ character }) => character)).size;
      const where = path.relative('', directory) || '.';
      print(`${records.length} images of ${characters} characters are in ${where}`);
    });
}
