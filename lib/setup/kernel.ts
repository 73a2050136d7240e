import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { venvProgram } from './python';

/** The kernel's name in the notebooks' metadata. */
const KERNEL = 'tslab';

/** JupyterLab does not fetch news or check for updates. Source: its @jupyterlab/apputils-extension:notification. */
const SETTINGS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

/**
 * Registers the stock tslab kernel in .venv, started by the Node.js that runs set-up, and JupyterLab's settings.
 * @returns what was done
 * @throws Error when JupyterLab is not installed
 */
export async function setUpKernel(): Promise<string> {
  if (!fs.existsSync(venvProgram('jupyter'))) throw new Error('JupyterLab is not installed');
  const written = [
    writeJson(kernelFile(), kernelSpec()),
    writeJson(inVenv('lab', 'settings', 'overrides.json'), SETTINGS),
  ];
  return `the tslab kernel ${written.includes(true) ? 'was registered in .venv' : 'is registered'}`;
}

/** Returns the path of kernel.json, the file with the kernel's command line. */
export function kernelFile(): string {
  return inVenv('kernels', KERNEL, 'kernel.json');
}

function inVenv(...names: string[]): string {
  return path.resolve(path.dirname(venvProgram('jupyter')), '../share/jupyter', ...names);
}

/** Writes a file unless it has this content. @returns whether it was written */
function writeJson(file: string, content: object): boolean {
  const wanted = JSON.stringify(content, null, 2);
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === wanted) return false;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, wanted);
  return true;
}

function kernelSpec() {
  const tslab = path.join(path.dirname(require.resolve('tslab/package.json')), 'bin', 'tslab');
  return {
    argv: [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    // An error in a helper shows its line in lib/*.ts, not in the compiled file.
    env: { NODE_OPTIONS: '--enable-source-maps' },
  };
}

/**
 * Installs this project's kernel into the folder of the user's own Jupyter: `JUPYTER_DATA_DIR`, or Jupyter's default.
 * @returns the written file
 * @throws Error when another kernel has that name; it is not changed
 */
export function installUserKernel(): string {
  const file = expectOwn(userKernelFile());
  writeJson(file, kernelSpec());
  return file;
}

/**
 * Removes what {@link installUserKernel} installed.
 * @returns the deleted file; undefined if there was none
 * @throws Error when another kernel has that name; it is not changed
 */
export function removeUserKernel(): string | undefined {
  const file = expectOwn(userKernelFile());
  if (!fs.existsSync(file)) return undefined;
  fs.rmSync(path.dirname(file), { recursive: true });
  return file;
}

/** Source: jupyter_core's `jupyter_data_dir`. */
function userKernelFile(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  const defaults: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(os.homedir(), 'Library', 'Jupyter'),
    win32: path.join(APPDATA || path.join(os.homedir(), 'AppData', 'Roaming'), 'jupyter'),
  };
  const linux = path.join(XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'jupyter');
  const data = JUPYTER_DATA_DIR || (defaults[process.platform] ?? linux);
  return path.join(data, 'kernels', KERNEL, 'kernel.json');
}

/** Checks that an existing kernel starts this project's tslab, with any Node.js. */
function expectOwn(file: string): string {
  if (!fs.existsSync(file)) return file;
  const { argv } = JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly argv?: readonly string[] };
  if (argv?.[1] === kernelSpec().argv[1]) return file;
  throw new Error(
    `Expected this project's kernel in ${path.dirname(file)} but another named ${KERNEL} is there: ` +
      `\`jupyter kernelspec remove ${KERNEL}\` removes it, or set JUPYTER_DATA_DIR to another folder`,
  );
}
