import type { RunningProgram } from './start-program';
import type { Measurements } from './bench-file';
import type { Answer } from './protocol';
import { chooseCount } from './statistics';

/** One side of a comparison. */
export interface Side {
  readonly program: RunningProgram;
  /** Units of work per run; default as many as take about {@link RUN_SECONDS}, 1 to 32. */
  readonly count?: number;
  /** Converts the seconds of one unit to the row's cost. */
  readonly toCost: (secondsPerUnit: number) => number;
}

/** Number and pauses of the runs. */
export interface Pace {
  /** Number of measured runs of each side. */
  readonly runs: number;
  /** Number of warm-up runs of one unit before the measured ones. */
  readonly warmUps: number;
  /** Pause before each run in milliseconds, default 250, in which the other side's threads become idle. */
  readonly restMs?: number;
}

/** Target duration of a run. */
const RUN_SECONDS = 2;

/** Costs of all runs of both sides, and the last answer of each. */
export interface TurnResults {
  readonly costs: Measurements;
  readonly last: { readonly ours: Answer; readonly peer: Answer | undefined };
}

/**
 * Measures two running processes in alternation, one at a time, so that both sides see the same machine load. The order
 * alternates from round to round.
 * @param peer undefined for a row without a peer
 * @throws Error when a side fails
 */
export async function measureInTurn(ours: Side, peer: Side | undefined, pace: Pace): Promise<TurnResults> {
  const own = await warmUp(ours, pace);
  const other = peer && (await warmUp(peer, pace));
  for (let round = 0; round < pace.runs; round++) {
    const order = [own, ...(other ? [other] : [])];
    if (round % 2 === 1) order.reverse();
    for (const runner of order) await runner.run();
  }
  return {
    costs: { ours: own.costs, peer: other?.costs ?? [] },
    last: { ours: own.last!, peer: other?.last },
  };
}

interface Runner {
  readonly costs: number[];
  last?: Answer;
  run(): Promise<void>;
}

async function warmUp({ program, count, toCost }: Side, { warmUps, restMs = 250 }: Pace): Promise<Runner> {
  let answer: Answer | undefined;
  for (let i = 0; i < warmUps; i++) answer = await program.run(1);
  const units = count ?? (answer ? chooseCount(answer.seconds, RUN_SECONDS) : 1);
  const runner: Runner = {
    costs: [],
    run: async () => {
      await new Promise((rested) => setTimeout(rested, restMs));
      runner.last = await program.run(units);
      runner.costs.push(toCost(runner.last.seconds / units));
    },
  };
  return runner;
}
