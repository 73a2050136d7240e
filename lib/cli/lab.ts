import fs from 'node:fs';
import path from 'node:path';
import { unexpected } from '../core/errors';
import { isInside, projectRoot } from '../files/project';
import { listNotebooks, REPORT_NOTEBOOK, runVisibly } from '../notebook/notebooks';
import { venvProgram } from '../setup/python';
import { defineCommand } from './command';
import { setUpNotebooks, VARIANT_OPTIONS, variantOf } from './setup';

/** Defines `lab`. */
export const define = defineCommand({
  operands: {
    '[notebook]': 'name or path of the notebook to open, such as start-here; default emotion-recognition',
    '[arguments...]': 'arguments for JupyterLab, such as --no-browser',
  },
  options: VARIANT_OPTIONS,
  takesUnknownOptions: true,
  async run(values, operands) {
    // The first operand may be an option for JupyterLab.
    const isNamed = operands.length > 0 && !operands[0].startsWith('-');
    const notebook = isNamed ? findNotebook(operands[0]) : REPORT_NOTEBOOK;
    await setUpNotebooks('JupyterLab', variantOf(values));
    const args = labArguments(projectRoot(), isNamed ? operands.slice(1) : operands, notebook);
    return runVisibly(venvProgram('jupyter'), args);
  },
});

/**
 * Finds a committed notebook by its name, such as `start-here`, or another one by its path, with or without extension.
 * @returns path from the project's folder, with forward slashes
 * @throws RangeError with the known names when there is none in the project's folder
 */
export function findNotebook(name: string): string {
  const names = listNotebooks().map((file) => path.basename(file, '.ipynb'));
  if (names.includes(name)) return `notebooks/${name}.ipynb`;
  const file = path.resolve(name.endsWith('.ipynb') ? name : `${name}.ipynb`);
  if (isInside(projectRoot(), file) && fs.existsSync(file))
    return path.relative(projectRoot(), file).split(path.sep).join('/');
  throw unexpected(`one of ${names.join(', ')}, or a path below the project's folder,`, 'notebook', name);
}

/**
 * Returns JupyterLab's arguments: it listens on 127.0.0.1 only, and its address opens the notebook.
 * @param further the user's arguments; they come last and override the others
 * @param notebook path from the root
 */
export function labArguments(root: string, further: readonly string[], notebook: string): string[] {
  // Containers run as root, for which JupyterLab requires a flag.
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const url = `--LabApp.default_url=/lab/tree/${encodeURI(notebook)}`;
  return ['lab', '--ip=127.0.0.1', `--ServerApp.root_dir=${root}`, url, ...asRoot, ...further];
}
