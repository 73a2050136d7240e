import { measureInTurn, type TurnResults, type Side } from './alternate';
import { assembleRow, type BenchRow, type MissingRow } from './bench-file';
import type { ProgramName } from './measured-programs';
import type { ProgramPool } from './pool';
import type { Choice, RowSpec, SideSpec, LeakTestSpec } from './comparisons';
import { runLeakTest } from './leak-test';

/** Options of {@link runRows}. */
export interface RunOptions extends Choice {
  readonly pool: ProgramPool;
  /** Number of measured runs of each row; default the row's own. */
  readonly runs?: number;
  /** Called after each measured row. */
  readonly onRow: (row: BenchRow) => void;
  /** Called for each row that could not be measured. */
  readonly onMissing: (row: MissingRow) => void;
}

/**
 * Measures rows one after the other. A row that fails is reported, and the next ones are still measured. No process is
 * left running.
 */
export async function runRows(options: RunOptions): Promise<void> {
  const { rows, leakTests, pool, runs, onRow, onMissing } = options;
  const jobs = [
    ...rows.map((row) => jobOf(row, pool, runs)),
    ...leakTests.map((spec) => leakTestJob(spec, pool)),
  ];
  try {
    for (const [index, job] of jobs.entries()) {
      try {
        (await job.measure()).forEach(onRow);
      } catch (error) {
        onMissing({ name: job.name, reason: (error as Error).message });
        await pool.keep([]); // A failed program is restarted for the next row.
      }
      await pool.keep(jobs.slice(index + 1, index + 2).flatMap(({ programs }) => programs));
    }
  } finally {
    await pool.keep([]);
  }
}

interface Job {
  readonly name: string;
  readonly programs: readonly ProgramName[];
  measure(): Promise<BenchRow[]>;
}

function jobOf(row: RowSpec, pool: ProgramPool, runs: number | undefined): Job {
  const { name, ours, peer } = row;
  const programs = [ours, ...(peer ? [peer] : [])].map(({ program }) => program);
  return { name, programs, measure: () => measureRow(row, pool, runs) };
}

function leakTestJob({ name, program }: LeakTestSpec, pool: ProgramPool): Job {
  return {
    name,
    programs: [program],
    measure: async () => runLeakTest(name, await pool.get(program)),
  };
}

async function measureRow(row: RowSpec, pool: ProgramPool, runs = row.runs ?? 7): Promise<BenchRow[]> {
  // The peer starts first: a missing peer then saves the start of ours.
  const peer = row.peer && (await sideOf(row.peer, pool));
  const ours = await sideOf(row.ours, pool);
  const { costs, last } = await measureInTurn(ours, peer, { runs, warmUps: row.warmUps ?? 3 });
  const notes = [row.note, ours.program.ready.note, peer?.program.ready.note].filter(Boolean);
  const measured = assembleRow({ ...row, note: notes.join('; ') }, costs);
  return row.memoryName ? [measured, memoryRow(row.memoryName, last)] : [measured];
}

async function sideOf({ program, count, costPerSecond = 1000 }: SideSpec, pool: ProgramPool): Promise<Side> {
  const toCost = (seconds: number) => seconds * costPerSecond;
  return { program: await pool.get(program), count, toCost };
}

function memoryRow(name: string, { ours, peer }: TurnResults['last']): BenchRow {
  const costs = { ours: [ours.peakMb], peer: peer ? [peer.peakMb] : [] };
  return assembleRow({ name, unit: 'MB at most', note: 'largest resident set while training' }, costs);
}
