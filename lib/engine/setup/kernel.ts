import fs from 'node:fs';
import path from 'node:path';
import { venvProgram } from './python';
import type { StepOutcome } from './step';

/** Registers the stock tslab kernel in .venv, started by the Node.js that runs set-up. */
export async function setUpKernel(): Promise<StepOutcome> {
  const jupyter = venvProgram('jupyter');
  if (!fs.existsSync(jupyter)) return { state: 'unavailable', detail: 'JupyterLab is not installed' };
  const wanted = JSON.stringify(kernelSpec(), null, 2);
  const file = kernelFile();
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === wanted) {
    return { state: 'reused', detail: 'the tslab kernel is registered' };
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, wanted);
  return { state: 'done', detail: 'the tslab kernel was registered in .venv' };
}

/** Gives the file that tells JupyterLab how to start the kernel. */
export function kernelFile(): string {
  return path.resolve(path.dirname(venvProgram('jupyter')), '../share/jupyter/kernels/tslab/kernel.json');
}

function kernelSpec(): object {
  const tslab = path.join(path.dirname(require.resolve('tslab/package.json')), 'bin', 'tslab');
  return {
    argv: [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
    // A failing helper shows its line in lib/*.ts, not in the compiled file.
    env: { NODE_OPTIONS: '--enable-source-maps' },
  };
}
