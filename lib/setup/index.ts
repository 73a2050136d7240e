import type { Variant } from './choose';
import { setUpCompiled } from './compile';
import { setUpKernel } from './kernel';
import { setUpNative } from './native';
import { setUpPython } from './python';
import { runStep } from './step';
import type { StepResult } from './step';

export type { Variant } from './choose';
export type { StepResult } from './step';
export { isCompiledStale, setUpCompiled } from './compile';
export { installUserKernel, removeUserKernel } from './kernel';
export { venvProgram } from './python';

/**
 * Sets up all that `npm ci` leaves out: Python's part, TensorFlow, the kernel, compiled helpers. What is in
 * place is left alone.
 * @param options.variant which build of TensorFlow; undefined: CUDA's where `nvidia-smi` lists a GPU
 * @param options.onStep is called as each step ends
 * @returns one result a step; a step that cannot be done says why, and those that do not need it go on
 */
export async function setUp(options: {
  readonly variant?: Variant;
  readonly onStep?: (result: StepResult) => void;
}): Promise<StepResult[]> {
  const steps = [
    ['Python', setUpPython],
    ['TensorFlow', () => setUpNative(options.variant)],
    ['kernel', setUpKernel],
    ['helpers', setUpCompiled],
  ] as const;
  const results: StepResult[] = [];
  for (const [name, work] of steps) {
    const result = await runStep(name, work);
    options.onStep?.(result);
    results.push(result);
  }
  return results;
}
