import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, listFiles, projectRoot } from '../files/project';
import { setUpKernel } from './kernel';
import { setUpNative, type Variant } from './native';
import { isStamped, setUpPython } from './python';
import { runCommand, runStep } from './step';

/**
 * Sets up what `npm ci` leaves out: Python packages, TensorFlow, the kernel, compiled helpers. It changes only what is
 * missing, and prints a line per step. A failed step does not stop the others.
 * @param variant default: the CUDA build if `nvidia-smi` lists a GPU
 * @returns for each step why it is not available; undefined if it is
 */
export async function setUp(print: (line: string) => void, variant?: Variant) {
  return {
    Python: await runStep('Python', setUpPython, print),
    TensorFlow: await runStep('TensorFlow', () => setUpNative(variant), print),
    kernel: await runStep('kernel', setUpKernel, print),
    helpers: await runStep('helpers', setUpCompiled, print),
  };
}

/** Compiles lib to dist, which notebooks import. @returns what was done */
export async function setUpCompiled(): Promise<string> {
  if (!isCompiledStale()) return 'dist is up to date with lib';
  const wanted = hashSources();
  fs.rmSync(path.join(projectRoot(), 'dist'), { recursive: true, force: true });
  await runCommand([process.execPath, require.resolve('typescript/bin/tsc')]);
  fs.writeFileSync(stampFile(), wanted);
  return 'lib was compiled to dist';
}

/** Returns whether dist was compiled from other sources than the current ones in lib. */
export function isCompiledStale(): boolean {
  return !isStamped(stampFile(), hashSources());
}

function stampFile(): string {
  return path.join(projectRoot(), 'dist', 'sources.sha256');
}

function hashSources(): string {
  return hashFiles([...listFiles('lib', '.ts'), 'tsconfig.json']);
}
