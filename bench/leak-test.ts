import { assembleRow, median, type BenchRow } from './bench-file';
import type { RunningProgram } from './start-program';
import type { Answer } from './programs/program';

const STEPS_A_REQUEST = 50;

/** Number of steps over which the growth of tensors and of resident memory is measured. */
const LEAK_TEST_STEPS = { tensors: 500, resident: 2000 } as const;

/**
 * Runs a leak test: trains for many steps and measures growth.
 * @param name part of the rows' names before the slash
 * @param steps default {@link LEAK_TEST_STEPS}; multiples of 50, and at least 500 for `resident`
 * @returns two rows: growth of tensors in `steps.tensors` steps after the first 50, and growth of resident memory
 *   from the run's second eighth to its last quarter
 */
export async function runLeakTest(
  name: string,
  program: RunningProgram,
  steps: Record<keyof typeof LEAK_TEST_STEPS, number> = LEAK_TEST_STEPS,
): Promise<BenchRow[]> {
  const samples: Answer[] = [await program.run(STEPS_A_REQUEST)];
  while (samples.length * STEPS_A_REQUEST < steps.resident + STEPS_A_REQUEST)
    samples.push(await program.run(STEPS_A_REQUEST));
  const tensors = samples[steps.tensors / STEPS_A_REQUEST].tensors! - samples[0].tensors!;
  const resident = growthOf(samples.map(({ residentMb }) => residentMb!));
  const toRow = (kind: keyof typeof LEAK_TEST_STEPS, unit: string, growth: number) => {
    const note = `growth over ${steps[kind]} steps of ${program.label}`;
    return assembleRow({ name: `${name}/${kind}`, unit, note }, { ours: [growth], peer: [] });
  };
  return [toRow('tensors', 'tensors', tensors), toRow('resident', 'MB', resident)];
}

/** Median of the last quarter minus median of the second eighth, when memory pools have reached their size. */
function growthOf(samples: readonly number[]): number {
  const eighth = Math.floor(samples.length / 8);
  return median(samples.slice(-2 * eighth)) - median(samples.slice(eighth, 2 * eighth));
}
