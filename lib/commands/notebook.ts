import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { venvProgram } from '../setup';

/** The notebook that the report is made by. */
export const REPORT_NOTEBOOK = 'notebooks/emotion-recognition.ipynb';

/**
 * Executes a notebook from top to bottom on the tslab kernel. The notebook itself is not changed.
 * @param notebook path from the project's folder
 * @param resultsDirectory absolute; the executed notebook and its HTML form go there, and what its cells write
 * @param environment its settings, default this process' own
 * @returns whether every cell succeeded; what went wrong was printed
 * @throws Error when nothing can be written
 */
export async function executeNotebook(
  notebook: string,
  resultsDirectory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  // A cell would end in the file system's own words.
  expectWritable(homePath('data'));
  fs.mkdirSync(resultsDirectory, { recursive: true });
  const target = path.join(resultsDirectory, path.basename(notebook));
  const html = target.replace(/\.ipynb$/, '.html');
  const settings = { ...environment, RESULTS_DIR: resultsDirectory };
  const args = ['scripts/run_notebook.py', notebook, target, html];
  return (await runVisibly(venvProgram('python'), args, settings)) === 0;
}

/**
 * Runs a program in the project's folder with this terminal as its own.
 * @returns its exit status; 130 when a signal ended it
 */
export function runVisibly(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectRoot(), stdio: 'inherit', env: environment });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 130));
  });
}
