import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { venvProgram } from '../setup/python';

/** The notebook that `report` executes. */
export const REPORT_NOTEBOOK = 'notebooks/emotion-recognition.ipynb';

/**
 * Executes a notebook from top to bottom on the tslab kernel. The notebook itself is not changed.
 * @param notebook path from the project's folder
 * @param resultsDirectory absolute; receives the executed notebook, its HTML form, and what its cells write
 * @param environment settings of the notebook; default: this process' environment
 * @returns whether every cell succeeded; errors were printed
 * @throws Error when results cannot be written
 */
export async function executeNotebook(
  notebook: string,
  resultsDirectory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  // Checked here because a cell would fail with the file system's own message.
  expectWritable(homePath('data'));
  fs.mkdirSync(resultsDirectory, { recursive: true });
  const target = path.join(resultsDirectory, path.basename(notebook));
  const html = target.replace(/\.ipynb$/, '.html');
  const settings = { ...environment, RESULTS_DIR: resultsDirectory };
  const args = ['scripts/run_notebook.py', notebook, target, html];
  return (await runVisibly(venvProgram('python'), args, settings)) === 0;
}

/**
 * Runs a program in the project's folder, connected to this terminal.
 * @returns its exit status; 130 if a signal ended it
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
