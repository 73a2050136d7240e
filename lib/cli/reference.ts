import { Command } from 'commander';
import { print } from './print';

/** `reference`: all that is committed, made anew. */
export const referenceCommand = new Command('reference')
  .description(
    'make anew what is committed: results/reference, outputs, quoted figures (finished runs of compare and evidence are kept)',
  )
  .argument('[parts...]', 'some of its parts only, such as report')
  .action(async (parts: string[]) => {
    const { runReference } = await import('../commands/reference');
    await runReference({ parts, print });
  });
