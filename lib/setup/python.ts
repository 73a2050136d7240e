import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, projectRoot } from '../files/project';
import { readOutput, runCommand } from './step';

/** Minor version of the oldest Python 3 that the pinned packages run on. */
const OLDEST_MINOR = 10;

/**
 * Returns the path of a program in the project's own Python environment.
 * @param name such as `python` or `jupyter`
 */
export function venvProgram(name: string): string {
  const [folder, suffix] = process.platform === 'win32' ? ['Scripts', '.exe'] : ['bin', ''];
  return path.join(projectRoot(), '.venv', folder, `${name}${suffix}`);
}

/** Installs JupyterLab and nbconvert, pinned in requirements.txt, into the project's own .venv. @returns what was done */
export async function setUpPython(): Promise<string> {
  const folder = path.join(projectRoot(), '.venv');
  const stamp = path.join(folder, 'requirements.sha256');
  const wanted = hashFiles(['requirements.txt']);
  if (isStamped(stamp, wanted) && fs.existsSync(venvProgram('jupyter'))) return '.venv is up to date';
  await createEnvironment(folder);
  await runCommand([venvProgram('python'), '-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt']);
  fs.writeFileSync(stamp, wanted);
  return 'JupyterLab and nbconvert installed into .venv';
}

/**
 * Finds a Python that is new enough.
 * @throws Error that names the found versions and says what to install
 */
export function findPython(): string {
  const found: string[] = [];
  for (const python of ['python3', 'python']) {
    const version = readOutput([python, '-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    if (!version) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= OLDEST_MINOR) return python;
    found.push(`${python} is ${version}`);
  }
  const seen = found.length ? ` (${found.join(', ')})` : '';
  const hint = 'Debian and Ubuntu: apt install python3 python3-venv';
  throw new Error(`no Python >= 3.${OLDEST_MINOR} was found${seen}; ${hint}`);
}

/**
 * Creates a Python environment, and replaces an existing one.
 * @throws Error when there is no Python or its venv module does not work; it says what to install
 */
export async function createEnvironment(folder: string): Promise<void> {
  const python = findPython();
  try {
    await runCommand([python, '-m', 'venv', '--clear', folder]);
  } catch (cause) {
    const hint = 'Debian and Ubuntu: apt install python3-venv';
    throw new Error(`Python cannot create an environment (${hint}): ${(cause as Error).message}`, { cause });
  }
}

/** Returns whether a stamp file contains `wanted`. */
export function isStamped(file: string, wanted: string): boolean {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === wanted;
}
