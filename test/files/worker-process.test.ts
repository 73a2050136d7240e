import assert from 'node:assert/strict';
import { startWorkers, type WorkerProcess } from '../../lib/files/worker-process';
import type { CountJob } from './count-process';

describe('a worker process', function () {
  this.timeout(120_000);
  let workers: WorkerProcess<CountJob, number, Float64Array>[];
  beforeEach(() => {
    workers = startWorkers(2, __dirname, 'count-process');
  });
  afterEach(() => workers.forEach((worker) => worker.stop()));

  it('reports the progress of each job in order and gives its result to the last bit, several jobs at a time', async () => {
    const [one] = workers;
    const run = async (count: number) => {
      const told: number[] = [];
      return { result: Array.from(await one.run({ count }, (value) => told.push(value))), told };
    };
    const jobs = [200, 0, 3].map(run);
    assert.equal(one.jobs, 3);
    const thirds = [200, 0, 3].map((count) => Array.from({ length: count }, (_, index) => index / 3));
    assert.deepEqual(
      await Promise.all(jobs),
      thirds.map((result) => ({ result, told: result })),
    );
    assert.equal(one.jobs, 0);
  });

  it('reports why a job failed, and runs the next', async () => {
    const [one] = workers;
    await assert.rejects(one.run({ count: 2, then: 'fail' }), /Expected no failure but received one/);
    assert.deepEqual(await one.run({ count: 1 }), Float64Array.of(0));
  });

  it('fails all jobs of a process that ends, and those that it is given later', async () => {
    const [one, other] = workers;
    const jobs = [one.run({ count: 1, then: 'wait' }), one.run({ count: 1, then: 'die' })];
    const ended = /Expected a worker process to go on but it ended with SIGKILL/;
    await Promise.all(jobs.map((job) => assert.rejects(job, ended)));
    await assert.rejects(one.run({ count: 1 }), ended);
    assert.deepEqual(await other.run({ count: 1 }), Float64Array.of(0));
  });
});
