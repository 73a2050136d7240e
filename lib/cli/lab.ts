import { Command } from 'commander';
import { print } from './print';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** `lab`: JupyterLab on this machine. */
export const labCommand = addVariantOptions(new Command('lab'))
  .description('set up and open JupyterLab with the notebook')
  .allowUnknownOption()
  .argument('[arguments...]', "JupyterLab's own, such as --no-browser")
  .action(async (jupyterArguments: string[], flags: VariantFlags) => {
    const { runLab } = await import('../commands/lab');
    process.exitCode = await runLab({ variant: variantOf(flags), jupyterArguments, print });
  });
