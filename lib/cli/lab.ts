import type { Command } from 'commander';
import path from 'node:path';
import { projectRoot } from '../files/project';
import { REPORT_NOTEBOOK, runVisibly } from '../notebook/execute';
import { listNotebooks } from '../notebook/file';
import { venvProgram } from '../setup/python';
import { setUpNotebooks } from './setup';
import { addVariantOptions, variantOf, type VariantFlags } from './variant';

/** Defines `lab`. */
export function define(command: Command): void {
  addVariantOptions(command)
    .allowUnknownOption()
    .argument('[notebook]', 'name of the notebook to open, such as start-here; default emotion-recognition')
    .argument('[arguments...]', 'arguments for JupyterLab, such as --no-browser')
    .action(async (first: string | undefined, further: string[], flags: VariantFlags) => {
      // The first argument may be an option for JupyterLab.
      const isName = first !== undefined && !first.startsWith('-');
      const notebook = isName ? findNotebook(first) : REPORT_NOTEBOOK;
      const jupyterArguments = isName || first === undefined ? further : [first, ...further];
      await setUpNotebooks('JupyterLab', variantOf(flags));
      const args = labArguments(projectRoot(), jupyterArguments, notebook);
      process.exitCode = await runVisibly(venvProgram('jupyter'), args);
    });
}

/**
 * Finds a committed notebook by its name.
 * @param name such as `start-here`
 * @returns path from the project's folder, with forward slashes
 * @throws RangeError with the known names
 */
export function findNotebook(name: string): string {
  const names = listNotebooks().map((file) => path.basename(file, '.ipynb'));
  if (names.includes(name)) return `notebooks/${name}.ipynb`;
  throw new RangeError(`Expected one of ${names.join(', ')} for notebook but received ${name}`);
}

/**
 * Gives JupyterLab's arguments: only this machine reaches it, it requires its token, and its address opens the notebook,
 * also when it is copied into a browser.
 * @param root absolute path of the served folder
 * @param further arguments that follow, and so overrule
 * @param notebook path from the root
 */
export function labArguments(root: string, further: readonly string[], notebook: string): string[] {
  // Containers run as root, for which JupyterLab requires a flag.
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const address = `/lab/tree/${notebook}`;
  return [
    'lab',
    '--ip=127.0.0.1',
    `--ServerApp.root_dir=${root}`,
    `--LabApp.default_url=${address}`,
    ...asRoot,
    ...further,
  ];
}
