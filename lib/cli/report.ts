import { Command } from 'commander';
import { print } from './print';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** `report`: the whole notebook. */
export const reportCommand = addVariantOptions(new Command('report'))
  .description('set up, execute the notebook, and write figures, tables and report.json to results/latest')
  .option(
    '--queue <url>',
    'with SPLIT=leave-one-person-out: give the folds to a queue’s workers, redis://host:6379',
  )
  .addHelpText(
    'after',
    `
SPLIT=leave-one-person-out trains once a person in place of executing the notebook: figures and predictions over all
persons, each by a network that never saw that person.`,
  )
  .action(async ({ queue, ...flags }: VariantFlags & { readonly queue?: string }) => {
    const { runReport } = await import('../commands/report');
    await runReport({ variant: variantOf(flags), queue, print });
  });
