import { Command } from 'commander';
import { print } from './print';

/** `datasets`: what can be read. */
export const datasetsCommand = new Command('datasets')
  .description('list the data sets that can be read, with their licences and how to get them')
  .action(async () => {
    const { runDatasets } = await import('../commands/datasets');
    runDatasets(print);
  });
