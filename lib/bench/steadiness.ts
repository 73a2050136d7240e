import { assembleRow, type BenchRow } from './bench-file';
import type { Contender } from './contender';
import type { Answer } from './protocol';
import { median } from './statistics';

const STEPS_A_REQUEST = 50;

/** Steps after which the tensors are counted, and after which the memory is looked at. */
export const STEADY_STEPS = { tensors: 500, resident: 2000 } as const;

/**
 * Trains for long and tells what grew.
 * @param name what stands before the slash in the rows' names
 * @param steps default {@link STEADY_STEPS}; multiples of 50, 500 at least for the memory
 * @returns tensors more after 500 steps than after the first 50, and resident memory more at the end of 2,000 than
 * at their begin, once warm
 */
export async function measureSteadiness(
  name: string,
  contender: Contender,
  steps: Record<keyof typeof STEADY_STEPS, number> = STEADY_STEPS,
): Promise<BenchRow[]> {
  const samples: Answer[] = [await contender.run(STEPS_A_REQUEST)];
  while (samples.length * STEPS_A_REQUEST < steps.resident + STEPS_A_REQUEST) {
    samples.push(await contender.run(STEPS_A_REQUEST));
  }
  const tensors = samples[steps.tensors / STEPS_A_REQUEST].tensors! - samples[0].tensors!;
  const resident = growthOf(samples.map(({ residentMb }) => residentMb!));
  const note = (count: number) => `growth over ${count} steps of ${contender.label}`;
  return [
    assembleRow(
      { name: `${name}/tensors`, unit: 'tensors', note: note(steps.tensors) },
      { ours: [tensors], peer: [] },
    ),
    assembleRow(
      { name: `${name}/resident`, unit: 'MB', note: note(steps.resident) },
      { ours: [resident], peer: [] },
    ),
  ];
}

/** The last quarter's median less that of the second eighth, when all pools have their size. */
function growthOf(samples: readonly number[]): number {
  const eighth = Math.floor(samples.length / 8);
  return median(samples.slice(-2 * eighth)) - median(samples.slice(eighth, 2 * eighth));
}
