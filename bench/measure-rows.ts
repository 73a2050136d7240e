import { setTimeout as sleep } from 'node:timers/promises';
import { assembleRow, median, type BenchRow, type MissingRow } from './bench-results';
import type { Choice, RowSpec } from './comparisons';
import type { ProgramName } from './measured-programs';
import type { Answer } from './programs/program';
import type { RunningProgram } from './start-program';

/**
 * Measures rows one after the other. A row that fails is reported, and the next ones are still measured. Programs that the
 * next row needs run on; in the end no process is left.
 * @param options.start starts a program
 * @param options.runs number of measured runs of each row; default the row's own
 * @param onRow called after each row, also for one that could not be measured
 */
export async function runRows(
  options: Choice & {
    readonly start: (name: ProgramName) => Promise<RunningProgram>;
    readonly runs?: number;
  },
  onRow: (row: BenchRow | MissingRow) => void,
): Promise<void> {
  const living = new Map<ProgramName, RunningProgram>();
  const get = async (name: ProgramName) => {
    const program = living.get(name) ?? (await options.start(name));
    living.set(name, program);
    return program;
  };
  const endAllBut = async (names: readonly ProgramName[]) => {
    for (const [name, program] of living) {
      if (names.includes(name)) continue;
      living.delete(name);
      await program.close();
    }
  };
  const measures = [
    ...options.rows.map((row) => ({ ...row, measure: () => measureRow(row, get, options.runs) })),
    ...options.leakTests.map(({ name, program }) => ({
      name,
      programs: [program],
      measure: async () => runLeakTest(name, await get(program)),
    })),
  ];
  try {
    for (const { name, programs, measure } of measures) {
      await endAllBut(programs);
      try {
        (await measure()).forEach(onRow);
      } catch (error) {
        onRow({ name, reason: (error as Error).message });
        await endAllBut([]); // A failed program is restarted for the next row.
      }
    }
  } finally {
    await endAllBut([]);
  }
}

async function measureRow(
  row: RowSpec,
  get: (name: ProgramName) => Promise<RunningProgram>,
  runs = row.runs ?? 7,
): Promise<BenchRow[]> {
  const { name, unit, count, peerUnits = 1, hasMemoryRow, warmUps = row.runs ? 1 : 3 } = row;
  const programs: RunningProgram[] = [];
  // The peer starts first: a missing peer then saves the start of ours.
  for (const program of [...row.programs].reverse()) programs.unshift(await get(program));
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

/**
 * Measures running programs in turn, one at a time, so that all see the same machine load. Every second round runs in
 * reverse order.
 * @param pace.count units of work per run; default as many as take about {@link RUN_SECONDS}
 * @param pace.runs number of measured runs of each program
 * @param pace.warmUps number of warm-up runs of one unit before the measured ones
 * @param pace.restMs pause before each run, default 250, in which the other program's threads become idle
 * @returns for each program the seconds of one unit in each run, and its last answer
 * @throws Error when a program fails
 */
export async function measureInTurn(
  programs: readonly RunningProgram[],
  pace: Pick<RowSpec, 'count'> & Record<'runs' | 'warmUps', number> & { readonly restMs?: number },
) {
  const sides: { program: RunningProgram; units: number; seconds: number[]; last?: Answer }[] = [];
  for (const program of programs) {
    let warm: Answer | undefined;
    for (let i = 0; i < pace.warmUps; i++) warm = await program.run(1);
    sides.push({ program, units: pace.count ?? (warm ? chooseCount(warm.seconds) : 1), seconds: [] });
  }
  for (let round = 0; round < pace.runs; round++) {
    for (const side of round % 2 === 1 ? [...sides].reverse() : sides) {
      await sleep(pace.restMs ?? 250);
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
