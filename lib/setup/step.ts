import { explainUnwritable } from '../files/project';

/** How one step of set-up ended. */
export interface StepResult {
  readonly name: string;
  /** `reused`: nothing was missing; `unavailable`: it cannot be had here, and the reason says why. */
  readonly state: 'done' | 'reused' | 'unavailable';
  readonly detail: string;
  readonly seconds: number;
}

/** What a step's work gives: what was done, or that nothing was missing, or why it cannot be. */
export type StepOutcome = Pick<StepResult, 'state' | 'detail'>;

/**
 * Runs a step of set-up and takes its time.
 * @param name what the user reads
 * @param work the step; what it throws becomes an `unavailable` result with the message
 */
export async function runStep(name: string, work: () => Promise<StepOutcome>): Promise<StepResult> {
  const start = performance.now();
  const outcome = await work().catch((error: unknown): StepOutcome => ({
    state: 'unavailable',
    detail: (explainUnwritable(error) as Error).message,
  }));
  return { name, ...outcome, seconds: (performance.now() - start) / 1000 };
}

/** Formats a step as a line: its name, what was done, and its time from one second on. */
export function formatStep({ name, state, detail, seconds }: StepResult): string {
  const time = seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : '';
  const consequence = name === 'TensorFlow' ? '; the WebAssembly backend is used' : '';
  if (state === 'unavailable') return `${name}: not available: ${detail}${consequence}`;
  return `${name}: ${detail}${time}`;
}
