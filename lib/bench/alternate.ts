import type { Contender } from './contender';
import type { Measurements } from './bench-file';
import type { Answer } from './protocol';
import { chooseCount } from './statistics';

/** One side of a comparison. */
export interface Side {
  readonly contender: Contender;
  /** Units of work a run; default as many as take {@link RUN_SECONDS}. */
  readonly count?: number;
  /** Turns the seconds that a unit took into the row's cost. */
  readonly toCost: (secondsPerUnit: number) => number;
}

/** How often and how long both sides run. */
export interface Pace {
  /** Runs that count, of each side. */
  readonly runs: number;
  /** Runs of one unit before those that count. */
  readonly warmUps: number;
  /** Milliseconds before each run, default 250: threads of the side that was busy may spin on for a moment. */
  readonly restMs?: number;
}

/** How long a run should take. */
const RUN_SECONDS = 2;

/** What both sides cost, and what each said last. */
export interface Alternation {
  readonly costs: Measurements;
  readonly last: { readonly ours: Answer; readonly peer: Answer | undefined };
}

/**
 * Measures two live processes in turn, one busy at a time: what the machine does meanwhile befalls both. Who begins
 * changes from round to round.
 * @param peer undefined where nobody compares
 */
export async function alternate(ours: Side, peer: Side | undefined, pace: Pace): Promise<Alternation> {
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

async function warmUp({ contender, count, toCost }: Side, { warmUps, restMs = 250 }: Pace): Promise<Runner> {
  let answer: Answer | undefined;
  for (let i = 0; i < warmUps; i++) answer = await contender.run(1);
  const units = count ?? (answer ? chooseCount(answer.seconds, RUN_SECONDS) : 1);
  const runner: Runner = {
    costs: [],
    run: async () => {
      await new Promise((rested) => setTimeout(rested, restMs));
      runner.last = await contender.run(units);
      runner.costs.push(toCost(runner.last.seconds / units));
    },
  };
  return runner;
}
