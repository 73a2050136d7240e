// The process of worker-process.test.ts: counts, and says how far it has come.
import { serveJobs } from '../../lib/files/worker-process';

/** What the process is asked for. */
export interface CountJob {
  readonly count: number;
  /** What happens after the last number; default: the job is done. */
  readonly then?: 'fail' | 'die' | 'wait';
}

let given = 0;

serveJobs<CountJob, Float64Array>(async ({ count, then }, give) => {
  for (let value = 0; value < count; value++) {
    given += 1;
    await give(Float64Array.of(value / 3, given));
  }
  if (then === 'fail') throw new RangeError('Expected no failure but received one');
  if (then === 'die') process.kill(process.pid, 'SIGKILL');
  if (then === 'wait') await new Promise(() => undefined);
});
