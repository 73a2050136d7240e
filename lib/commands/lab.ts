import path from 'node:path';
import { projectRoot } from '../files/project';
import type { Variant } from '../setup';
import { venvProgram } from '../setup';
import { listNotebooks } from './clean-notebooks';
import { REPORT_NOTEBOOK, runVisibly } from './notebook';
import { expectStep, runSetUp } from './set-up';

/**
 * Sets up what is missing and opens JupyterLab on this machine, with the notebook.
 * @returns JupyterLab's exit status
 * @throws RangeError for a notebook that there is not; Error when JupyterLab, the kernel or dist cannot be set up
 */
export async function runLab(options: {
  readonly variant?: Variant;
  /** Name of the notebook to open, such as `start-here`; default the report's. */
  readonly notebook?: string;
  /** What the user hands on to JupyterLab. */
  readonly jupyterArguments: readonly string[];
  readonly print: (line: string) => void;
}): Promise<number> {
  const notebook = findNotebook(options.notebook);
  const steps = await runSetUp(options.variant, options.print);
  for (const name of ['Python', 'kernel', 'helpers']) expectStep(steps, name, 'JupyterLab');
  return runVisibly(venvProgram('jupyter'), labArguments(projectRoot(), options.jupyterArguments, notebook));
}

/**
 * Gives the path of a notebook by its name.
 * @param name such as `start-here`; default the report's notebook
 * @returns path from the project's folder, with forward slashes
 * @throws RangeError with the names that there are
 */
export function findNotebook(name?: string): string {
  if (name === undefined) return REPORT_NOTEBOOK;
  const names = listNotebooks().map((file) => path.basename(file, '.ipynb'));
  if (names.includes(name)) return `notebooks/${name}.ipynb`;
  throw new RangeError(`Expected one of ${names.join(', ')} for notebook but received ${name}`);
}

/**
 * Gives the arguments that JupyterLab is started with: this machine alone reaches it, its token is needed, and its
 * address opens the notebook, also when it is copied into a browser.
 * @param root absolute path of the folder that is served
 * @param further what follows, and so overrules
 * @param notebook path from the root
 */
export function labArguments(
  root: string,
  further: readonly string[] = [],
  notebook: string = REPORT_NOTEBOOK,
): string[] {
  // Containers run as root, where JupyterLab asks for a word more.
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
