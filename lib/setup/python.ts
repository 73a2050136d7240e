import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, projectRoot } from '../files/project';
import { findPython } from './choose';
import { readOutput, runCommand } from './command';
import type { StepOutcome } from './step';

/**
 * Gives the path of a program in the project's own Python environment.
 * @param name such as `python` or `jupyter`
 */
export function venvProgram(name: string): string {
  const [folder, suffix] = process.platform === 'win32' ? ['Scripts', '.exe'] : ['bin', ''];
  return path.join(projectRoot(), '.venv', folder, `${name}${suffix}`);
}

/** Puts JupyterLab and nbconvert, pinned in requirements.txt, into the project's own .venv. */
export async function setUpPython(): Promise<StepOutcome> {
  const stamp = path.join(projectRoot(), '.venv', 'requirements.sha256');
  const wanted = hashFiles(['requirements.txt']);
  if (isStamped(stamp, wanted) && fs.existsSync(venvProgram('jupyter'))) {
    return { state: 'reused', detail: '.venv is up to date' };
  }
  const found = findPython(readOutput);
  if ('reason' in found) return { state: 'unavailable', detail: found.reason };
  await createEnvironment(found.python, path.join(projectRoot(), '.venv'));
  await runCommand([venvProgram('python'), '-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt']);
  fs.writeFileSync(stamp, wanted);
  return { state: 'done', detail: 'JupyterLab and nbconvert installed into .venv' };
}

/**
 * Makes a Python environment.
 * @param python the Python to make it with
 * @param folder where; what is there is replaced
 * @throws Error when Python's venv module is not usable, with what to install
 */
export async function createEnvironment(python: string, folder: string): Promise<void> {
  try {
    await runCommand([python, '-m', 'venv', '--clear', folder]);
  } catch (cause) {
    const hint = 'Debian and Ubuntu: apt install python3-venv';
    throw new Error(`Python cannot make an environment (${hint}): ${(cause as Error).message}`, { cause });
  }
}

/** Tells whether a stamp file holds `wanted`. */
export function isStamped(file: string, wanted: string): boolean {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === wanted;
}
