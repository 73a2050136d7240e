import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { labArguments } from '../../lib/cli/lab';
import { REPORT_NOTEBOOK } from '../../lib/notebook/notebooks';
import { projectRoot } from '../../lib/files/project';
import { venvProgram } from '../../lib/setup/python';

/** What a notebook needs of the project. The rest is linked, not copied: it is large and nobody writes to it. */
const COPIED = ['dist', 'lib', 'notebooks', 'package.json', 'tsconfig.json'];
const LINKED = ['node_modules', '.tensorflow'];

/** A JupyterLab that runs. */
export type LabServer = Awaited<ReturnType<typeof startLab>>;

/**
 * Starts JupyterLab as `npx . lab` does, on a copy of the project: notebooks are saved there, and sample, blocks and
 * weights of a short run do not replace the user's own.
 * @param folder an empty folder
 * @param settings the notebook's settings, as environment variables
 * @returns the address with its token, which opens the notebook; the served project's folder, a copy; and what ends JupyterLab
 * @throws Error with JupyterLab's log when it does not start
 */
export async function startLab(folder: string, settings: Readonly<Record<string, string>>) {
  const root = copyProject(path.join(folder, 'project'));
  const own = writeConfiguration(path.join(folder, 'jupyter'));
  const further = ['--no-browser', '--LabApp.expose_app_in_browser=True'];
  const server = spawn(venvProgram('jupyter'), labArguments(root, further, REPORT_NOTEBOOK), {
    cwd: root,
    env: { ...process.env, ...own, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = await readAddress(server);
  return { url, root, close: () => end(server) };
}

function copyProject(root: string): string {
  fs.mkdirSync(root, { recursive: true });
  for (const name of COPIED) {
    fs.cpSync(path.join(projectRoot(), name), path.join(root, name), { recursive: true });
  }
  for (const name of LINKED) {
    const target = path.join(projectRoot(), name);
    if (fs.existsSync(target)) fs.symlinkSync(target, path.join(root, name));
  }
  return root;
}

/** Keeps the user's own settings out of the test, and the test's out of theirs. */
function writeConfiguration(folder: string): Record<string, string> {
  return {
    JUPYTER_CONFIG_DIR: path.join(folder, 'config'),
    JUPYTER_DATA_DIR: path.join(folder, 'data'),
    JUPYTER_RUNTIME_DIR: path.join(folder, 'runtime'),
    // The short run's report is nobody's result.
    RESULTS_DIR: path.join(folder, 'results'),
  };
}

function readAddress(server: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('close', (status) => reject(new Error(`JupyterLab ended with status ${status}:\n${log}`)));
    server.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const [address] = /http:\/\/127\.0\.0\.1:\S+token=\w+/.exec(log) ?? [];
      if (address) resolve(address);
    });
  });
}

function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.on('close', () => resolve());
    server.kill('SIGTERM');
  });
}
