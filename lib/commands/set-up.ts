import { setUp } from '../setup';
import type { StepResult, Variant } from '../setup';

/**
 * Sets up what is missing and prints a line a step.
 * @param variant which build of TensorFlow; undefined: by `nvidia-smi`
 * @param print gets each line
 * @returns the steps' results
 */
export async function runSetUp(
  variant: Variant | undefined,
  print: (line: string) => void,
): Promise<StepResult[]> {
  return setUp({ variant, onStep: (step) => print(formatStep(step)) });
}

/** Formats one step: its name, what was done, and the time it took where that is worth a word. */
export function formatStep({ name, state, detail, seconds }: StepResult): string {
  const time = seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : '';
  const consequence = name === 'TensorFlow' ? '; the WebAssembly backend serves' : '';
  if (state === 'unavailable') return `${name}: not available: ${detail}${consequence}`;
  return `${name}: ${detail}${time}`;
}

/**
 * Checks that a step of set-up ended well, before work that needs it.
 * @throws Error with the step's reason
 */
export function expectStep(steps: readonly StepResult[], name: string, purpose: string): void {
  const step = steps.find((candidate) => candidate.name === name);
  if (step && step.state !== 'unavailable') return;
  throw new Error(`Expected ${name} to be set up for ${purpose} but ${step?.detail ?? 'it was not tried'}`);
}
