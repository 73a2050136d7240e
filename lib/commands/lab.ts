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
  return runVisibly(venvProgram('jupyter'), [
    'lab',
    '--ip=127.0.0.1',
    REPORT_NOTEBOOK,
    ...options.jupyterArguments,
  ]);
}
