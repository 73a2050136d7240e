import { setTimeout as sleep } from 'node:timers/promises';
import { assembleRow, median, type BenchRow, type MissingRow } from './bench-file';
import type { Choice, RowSpec } from './comparisons';
import type { ProgramPool } from './measured-programs';
import type { Answer } from './programs/program';
import type { RunningProgram } from './start-program';

/**
 * Measures rows one after the other. A row that fails is reported, and the next ones are still measured. No process is
 * left running.
 * @param options.runs number of measured runs of each row; default the row's own
 * @param onRow called after each row, also for one that could not be measured
 */
export async function runRows(
  { rows, leakTests, pool, runs }: Choice & { readonly pool: ProgramPool; readonly runs?: number },
  onRow: (row: BenchRow | MissingRow) => void,
): Promise<void> {
  const jobs = [
    ...rows.map((row) => ({
      name: row.name,
      programs: row.programs,
      measure: () => measureRow(row, pool, runs),
    })),
    ...leakTests.map(({ name, program }) => ({
      name,
      programs: [program],
      measure: async () => runLeakTest(name, await pool.get(program)),
    })),
  ];
  try {
    for (const [index, job] of jobs.entries()) {
      try {
        (await job.measure()).forEach(onRow);
      } catch (error) {
        onRow({ name: job.name, reason: (error as Error).message });
        await pool.keep([]); // A failed program is restarted for the next row.
      }
      await pool.keep(jobs[index + 1]?.programs ?? []);
    }
  } finally {
    await pool.keep([]);
  }
}

async function measureRow(row: RowSpec, pool: ProgramPool, runs = row.runs ?? 7): Promise<BenchRow[]> {
  const { name, unit, count, peerUnits = 1, hasMemoryRow, warmUps = row.runs ? 1 : 3 } = row;
  const programs: RunningProgram[] = [];
  // The peer starts first: a missing peer then saves the start of ours.
  for (const program of [...row.programs].reverse()) programs.unshift(await pool.get(program));
  const [ours, peer] = await measureInTurn(programs, { count, runs, warmUps });
  const scale = unit === 's' ? 1 : 1000;
  const costs = {
    ours: ours.seconds.map((seconds) => scale * seconds),
    peer: (peer?.seconds ?? []).map((seconds) => scale * peerUnits * seconds),
  };
  const notes = [row.note, ...programs.map(({ ready }) => ready.note)].filter(Boolean);
  const measured = assembleRow({ name, unit, note: notes.join('; ') }, costs);
  if (!hasMemoryRow) return [measured];
  const peaks = { ours: [ours.last!.peakMb], peer: peer ? [peer.last!.peakMb] : [] };
  const memory = { name: name.replace('-step', '-memory'), unit: 'MB at most' };
  return [measured, assembleRow({ ...memory, note: 'largest resident set while training' }, peaks)];
}

/** Numbers of runs and units, and the pause between runs. */
interface Pace {
  /** Units of work per run; default as many as take about {@link RUN_SECONDS}. */
  readonly count?: number;
  /** Number of measured runs of each program. */
  readonly runs: number;
  /** Number of warm-up runs of one unit before the measured ones. */
  readonly warmUps: number;
  /** Pause before each run in milliseconds, default 250, in which the other program's threads become idle. */
  readonly restMs?: number;
}

/** Measurements of one program. */
interface Measured {
  readonly program: RunningProgram;
  readonly units: number;
  /** Seconds of one unit in each run. */
  readonly seconds: number[];
  last?: Answer;
}

/**
 * Measures running programs in turn, one at a time, so that all see the same machine load. Every second round runs in
 * reverse order.
 * @throws Error when a program fails
 */
export async function measureInTurn(programs: readonly RunningProgram[], pace: Pace): Promise<Measured[]> {
  const { count, runs, warmUps, restMs = 250 } = pace;
  const sides: Measured[] = [];
  for (const program of programs) {
    let warm: Answer | undefined;
    for (let i = 0; i < warmUps; i++) warm = await program.run(1);
    sides.push({ program, units: count ?? (warm ? chooseCount(warm.seconds) : 1), seconds: [] });
  }
  for (let round = 0; round < runs; round++) {
    for (const side of round % 2 === 1 ? [...sides].reverse() : sides) {
      await sleep(restMs);
      side.last = await side.program.run(side.units);
      side.seconds.push(side.last.seconds / side.units);
    }
  }
  return sides;
}

/** Target duration of a run, long enough that clock and pauses do not matter. */
const RUN_SECONDS = 2;

/** Chooses the units of work of one run, 1 to 32, from the duration of one unit in warm-up. */
export function chooseCount(secondsPerUnit: number): number {
  return Math.min(32, Math.max(1, Math.round(RUN_SECONDS / secondsPerUnit)));
}

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
  // Memory pools have reached their final size in the second eighth.
  const sizes = samples.map(({ residentMb }) => residentMb!);
  const eighth = Math.floor(sizes.length / 8);
  const resident = median(sizes.slice(-2 * eighth)) - median(sizes.slice(eighth, 2 * eighth));
  const toRow = (kind: keyof typeof LEAK_TEST_STEPS, unit: string, growth: number) => {
    const note = `growth over ${steps[kind]} steps of ${program.label}`;
    return assembleRow({ name: `${name}/${kind}`, unit, note }, { ours: [growth], peer: [] });
  };
  return [toRow('tensors', 'tensors', tensors), toRow('resident', 'MB', resident)];
}
