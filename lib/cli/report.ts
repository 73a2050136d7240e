import { Command } from 'commander';
import { print } from './print';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** `report`: the whole notebook. */
export const reportCommand = addVariantOptions(new Command('report'))
  .description('set up, execute the notebook, and write figures, tables and report.json to results/latest')
  .action(async (flags: VariantFlags) => {
    const { runReport } = await import('../commands/report');
    await runReport({ variant: variantOf(flags), print });
  });
