import path from 'node:path';
import { projectRoot } from '../files/project';
import { resultsDirectory } from '../notebook';
import { listNotebooks } from './clean-notebooks';
import { executeNotebook, REPORT_NOTEBOOK } from './notebook';
import { expectStep, runSetUp } from './set-up';

/**
 * Executes notebooks one after the other; the next one runs also when one has failed.
 * @param options.names without folder and extension; none: all but the one that `report` runs
 * @returns whether all cells of all succeeded
 * @throws RangeError for a name that no notebook has
 */
export async function runNotebooks(options: {
  readonly names: readonly string[];
  /** The notebooks' settings, default this process' environment; `RESULTS_DIR`: where results go. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}): Promise<boolean> {
  const { names, environment = process.env, print } = options;
  const notebooks = chooseNotebooks(names);
  const steps = await runSetUp(undefined, print);
  for (const name of ['Python', 'kernel', 'helpers']) expectStep(steps, name, 'notebooks');
  const failed: string[] = [];
  for (const notebook of notebooks) {
    const isFinished = await executeNotebook(notebook, resultsDirectory(environment), environment);
    print(`${notebook}: ${isFinished ? 'executed' : 'FAILED'}`);
    if (!isFinished) failed.push(notebook);
  }
  return failed.length === 0;
}

function chooseNotebooks(names: readonly string[]): string[] {
  const all = listNotebooks().map((file) => path.relative(projectRoot(), file));
  const known = new Map(all.map((notebook) => [path.basename(notebook, '.ipynb'), notebook]));
  if (names.length === 0) return all.filter((notebook) => notebook !== REPORT_NOTEBOOK);
  return names.map((name) => {
    const notebook = known.get(name);
    if (notebook) return notebook;
    throw new RangeError(
      `Expected one of ${[...known.keys()].join(', ')} for a notebook but received ${name}`,
    );
  });
}
