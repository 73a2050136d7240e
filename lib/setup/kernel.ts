import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { venvProgram } from './python';
import type { StepOutcome } from './step';

/** The kernel's name, which the notebooks ask for. */
const KERNEL = 'tslab';

/** JupyterLab neither asks nor looks for news. Source: its settings of @jupyterlab/apputils-extension:notification. */
const SETTINGS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

/** Registers the stock tslab kernel in .venv, started by the Node.js that runs set-up, and JupyterLab's settings. */
export async function setUpKernel(): Promise<StepOutcome> {
  const jupyter = venvProgram('jupyter');
  if (!fs.existsSync(jupyter)) return { state: 'unavailable', detail: 'JupyterLab is not installed' };
  const written = [
    writeJson(kernelFile(), kernelSpec()),
    writeJson(inVenv('lab', 'settings', 'overrides.json'), SETTINGS),
  ];
  if (!written.includes(true)) return { state: 'reused', detail: 'the tslab kernel is registered' };
  return { state: 'done', detail: 'the tslab kernel was registered in .venv' };
}

/** Gives the file that tells JupyterLab how to start the kernel. */
export function kernelFile(): string {
  return inVenv('kernels', KERNEL, 'kernel.json');
}

function inVenv(...names: string[]): string {
  return path.resolve(path.dirname(venvProgram('jupyter')), '../share/jupyter', ...names);
}

/** Writes a file where it is another. @returns whether it was */
function writeJson(file: string, content: object): boolean {
  const wanted = JSON.stringify(content, null, 2);
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === wanted) return false;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, wanted);
  return true;
}

interface KernelSpec {
  readonly argv: readonly string[];
  readonly [name: string]: unknown;
}

function kernelSpec(): KernelSpec {
  const tslab = path.join(path.dirname(require.resolve('tslab/package.json')), 'bin', 'tslab');
  return {
    argv: [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    // A failing helper shows its line in lib/*.ts, not in the compiled file.
    env: { NODE_OPTIONS: '--enable-source-maps' },
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Puts this project's kernel into the user's own Jupyter folder, where a JupyterLab of theirs finds it.
 * @param environment `JUPYTER_DATA_DIR` names the folder; default Jupyter's own for this system
 * @returns the file that was written
 * @throws Error when another kernel of that name is there: it is left as it is
 */
export function installUserKernel(environment: Environment = process.env): string {
  const file = expectOwn(userKernelFile(environment));
  writeJson(file, kernelSpec());
  return file;
}

/**
 * Takes out what {@link installUserKernel} put in.
 * @returns the file that was deleted; undefined when there was none
 * @throws Error when another kernel of that name is there: it is left as it is
 */
export function removeUserKernel(environment: Environment = process.env): string | undefined {
  const file = expectOwn(userKernelFile(environment));
  if (!fs.existsSync(file)) return undefined;
  fs.rmSync(path.dirname(file), { recursive: true });
  return file;
}

/** Source: jupyter_core's `jupyter_data_dir`. */
function userKernelFile({ JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA }: Environment): string {
  const places: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(os.homedir(), 'Library', 'Jupyter'),
    win32: path.join(APPDATA || path.join(os.homedir(), 'AppData', 'Roaming'), 'jupyter'),
  };
  const linux = path.join(XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'jupyter');
  return path.join(JUPYTER_DATA_DIR || (places[process.platform] ?? linux), 'kernels', KERNEL, 'kernel.json');
}

/** Whose kernel it is, is told by the program that it starts: that of this project's folder, whatever the Node.js. */
function expectOwn(file: string): string {
  if (!fs.existsSync(file)) return file;
  const { argv } = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<KernelSpec>;
  if (argv?.[1] === kernelSpec().argv[1]) return file;
  throw new Error(
    `Expected this project's kernel in ${path.dirname(file)} but another named ${KERNEL} is there: ` +
      `\`jupyter kernelspec remove ${KERNEL}\` takes it out, or set JUPYTER_DATA_DIR to another folder`,
  );
}
