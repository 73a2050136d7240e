import { Command } from 'commander';
import { print } from './print';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** `lab`: JupyterLab on this machine. */
export const labCommand = addVariantOptions(new Command('lab'))
  .description('set up and open JupyterLab with a notebook')
  .allowUnknownOption()
  .argument('[notebook]', 'its name, such as start-here; default emotion-recognition')
  .argument('[arguments...]', "JupyterLab's own, such as --no-browser")
  .action(async (first: string | undefined, further: string[], flags: VariantFlags) => {
    const { runLab } = await import('../commands/lab');
    // An option of JupyterLab's may stand first, where a notebook's name could.
    const isName = first !== undefined && !first.startsWith('-');
    const jupyterArguments = isName || first === undefined ? further : [first, ...further];
    const notebook = isName ? first : undefined;
    process.exitCode = await runLab({ variant: variantOf(flags), notebook, jupyterArguments, print });
  });
