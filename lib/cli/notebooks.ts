import { cleanNotebooks, executeNotebook, listNotebooks, REPORT_NOTEBOOK } from '../notebook/notebooks';
import { defineCommand, print } from './command';
import { findNotebook } from './lab';
import { setUpNotebooks } from './setup';

/** Defines `notebooks run` and `notebooks clean`. */
export const define = defineCommand({
  commands: {
    run: defineCommand({
      description: 'execute notebooks, and write them with their HTML form to results/latest',
      operands: { '[names...]': "names or paths, such as start-here; default: all but the report's" },
      run: async (_, names) => ((await runNotebooks(names, process.env)) ? 0 : 1),
    }),
    clean: defineCommand({
      description: 'remove execution counts, times and versions before a commit',
      run: () => cleanNotebooks().forEach((file) => print(`${file}: cleaned`)),
    }),
  },
});

/**
 * Executes notebooks one after the other; a failed notebook does not stop the next one.
 * @param names of committed notebooks, or paths; none: all but the report's
 * @param environment the notebooks' settings; `RESULTS_DIR` is the folder of the results
 * @returns whether all cells of all notebooks succeeded
 * @throws RangeError for an unknown name
 */
export async function runNotebooks(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const { resultsDirectory } = await import('../notebook/show');
  const others = listNotebooks().filter((file) => file !== REPORT_NOTEBOOK);
  const chosen = names.length > 0 ? names.map(findNotebook) : others;
  await setUpNotebooks('notebooks');
  let isFinished = true;
  for (const notebook of chosen) {
    const isExecuted = await executeNotebook(notebook, resultsDirectory(environment), environment);
    print(`${notebook}: ${isExecuted ? 'executed' : 'FAILED'}`);
    isFinished &&= isExecuted;
  }
  return isFinished;
}
