import assert from 'node:assert/strict';
import { startWorkers } from '../../lib/files/worker-process';
import type { CountJob } from './count-process';

describe('worker processes', function () {
  this.timeout(120_000);
  let workers: ReturnType<typeof startWorkers<CountJob, number, Float64Array>>;
  beforeEach(() => {
    workers = startWorkers(2, __dirname, 'count-process');
  });
  afterEach(() => workers.stop());

  it('report the progress of each job in order and give its result to the last bit, several jobs at a time', async () => {
    const run = async (count: number) => {
      const told: number[] = [];
      return { result: Array.from(await workers.run({ count }, (value) => told.push(value))), told };
    };
    const counts = [200, 0, 3, 40, 5];
    const thirds = counts.map((count) => Array.from({ length: count }, (_, index) => index / 3));
    assert.deepEqual(
      await Promise.all(counts.map(run)),
      thirds.map((result) => ({ result, told: result })),
    );
  });

  it('report why a job failed, and run the next', async () => {
    await assert.rejects(workers.run({ count: 2, then: 'fail' }), /Expected no failure but received one/);
    assert.deepEqual(await workers.run({ count: 1 }), Float64Array.of(0));
  });

  it('fail a job whose progress cannot be shown, and run the next', async () => {
    const refuse = () => {
      throw new Error('Expected a screen but received none');
    };
    await assert.rejects(workers.run({ count: 2 }, refuse), /Expected a screen/);
    assert.deepEqual(await workers.run({ count: 1 }), Float64Array.of(0));
  });

  it('take jobs in turn; one that ends fails all of its jobs, and those that it is given later', async () => {
    const ended = /Expected a worker process to run but it ended with SIGKILL/;
    const waiting = workers.run({ count: 1, then: 'wait' });
    const onOther = workers.run({ count: 3 });
    const dying = workers.run({ count: 1, then: 'die' });
    await assert.rejects(dying, ended);
    await assert.rejects(waiting, ended);
    assert.equal((await onOther).length, 3);
    await assert.rejects(workers.run({ count: 1 }), ended);
  });
});
