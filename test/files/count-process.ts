// The process of worker-process.test.ts: counts in thirds, and reports each number.
import { serveJobs } from '../../lib/files/worker-process';

/** What the process is asked for. */
export interface CountJob {
  readonly count: number;
  /** What happens after the last number; default: the job is done. */
  readonly then?: 'fail' | 'die' | 'wait';
}

serveJobs<CountJob, number, Float64Array>(async ({ count, then }, onProgress) => {
  for (let value = 0; value < count; value++) onProgress(value / 3);
  if (then === 'fail') throw new RangeError('Expected no failure but received one');
  if (then === 'die') process.kill(process.pid, 'SIGKILL');
  if (then === 'wait') await new Promise(() => undefined);
  return Float64Array.from({ length: count }, (_, value) => value / 3);
});
