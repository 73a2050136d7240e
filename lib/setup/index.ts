import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, listFiles, projectRoot } from '../files/project';
import { setUpKernel } from './kernel';
import { setUpNative, type Variant } from './native';
import { isStamped, setUpPython } from './python';
import { runCommand, runStep, type StepOutcome, type StepResult } from './step';

/**
 * Sets up what `npm ci` leaves out: Python packages, TensorFlow, the kernel, compiled helpers. It changes only what is
 * missing.
 * @param options.variant default: the CUDA build if `nvidia-smi` lists a GPU
 * @param options.onStep called at the end of each step
 * @returns one result per step; a failed step does not stop the others
 */
export async function setUp(options: {
  readonly variant?: Variant;
  readonly onStep: (result: StepResult) => void;
}): Promise<StepResult[]> {
  const steps = [
    ['Python', setUpPython],
    ['TensorFlow', () => setUpNative(options.variant)],
    ['kernel', setUpKernel],
    ['helpers', setUpCompiled],
  ] as const;
  const results: StepResult[] = [];
  for (const [name, work] of steps) {
    results.push(await runStep(name, work));
    options.onStep(results[results.length - 1]);
  }
  return results;
}

/** Compiles lib to dist, which notebooks import. */
export async function setUpCompiled(): Promise<StepOutcome> {
  if (!isCompiledStale()) return { state: 'reused', detail: 'dist is up to date with lib' };
  const wanted = hashSources();
  fs.rmSync(path.join(projectRoot(), 'dist'), { recursive: true, force: true });
  await runCommand([process.execPath, require.resolve('typescript/bin/tsc')]);
  fs.writeFileSync(stampFile(), wanted);
  return { state: 'done', detail: 'lib was compiled to dist' };
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
