import { projectRoot } from '../engine/project';
import type { Variant } from '../engine/setup';
import { venvProgram } from '../engine/setup';
import { REPORT_NOTEBOOK, runVisibly } from './notebook';
import { expectStep, runSetUp } from './set-up';

/**
 * Sets up what is missing and opens JupyterLab on this machine, with the notebook.
 * @returns JupyterLab's exit status
 * @throws Error when JupyterLab, the kernel or dist cannot be set up
 */
export async function runLab(options: {
  readonly variant?: Variant;
  /** What the user hands on to JupyterLab. */
  readonly jupyterArguments: readonly string[];
  readonly print: (line: string) => void;
}): Promise<number> {
  const steps = await runSetUp(options.variant, options.print);
  for (const name of ['Python', 'kernel', 'helpers']) expectStep(steps, name, 'JupyterLab');
  return runVisibly(venvProgram('jupyter'), labArguments(projectRoot(), options.jupyterArguments));
}

/**
 * Gives the arguments that JupyterLab is started with: this machine alone reaches it, its token is needed, and its
 * address opens the notebook, also when it is copied into a browser.
 * @param root absolute path of the folder that is served
 * @param further what follows, and so overrules
 */
export function labArguments(root: string, further: readonly string[] = []): string[] {
  // Containers run as root, where JupyterLab asks for a word more.
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  const address = `/lab/tree/${REPORT_NOTEBOOK}`;
  return ['lab', '--ip=127.0.0.1', `--ServerApp.root_dir=${root}`, `--LabApp.default_url=${address}`, ...asRoot, ...further]; // prettier-ignore
}
