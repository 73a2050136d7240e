import { Command } from 'commander';
import { print } from './print';

/** `compare`: the compact network against TerGat. */
export const compareCommand = new Command('compare')
  .description(
    'train the compact network and TerGat with the same seeds on the sample, and compare their accuracy',
  )
  .action(async () => {
    const { runCompare } = await import('../commands/compare');
    await runCompare({ print });
  });
