import assert from 'node:assert/strict';
import { chooseWorkers, findIdlest, startWorkers, type WorkerProcess } from '../../lib/files/worker-process';
import type { CountJob } from './count-process';

describe('a worker process', function () {
  this.timeout(120_000);
  let workers: WorkerProcess<CountJob, Float64Array>[];
  beforeEach(() => {
    workers = startWorkers(2, __dirname, 'count-process');
  });
  afterEach(() => workers.forEach((worker) => worker.stop()));

  async function read(items: AsyncIterable<Float64Array>): Promise<number[]> {
    const values: number[] = [];
    for await (const [value] of items) values.push(value);
    return values;
  }
  const thirds = (count: number) => Array.from({ length: count }, (_, index) => index / 3);

  it('gives the items of each job in order and to the last bit, several jobs at a time', async () => {
    const [one] = workers;
    const jobs = [200, 0, 3].map((count) => one.run({ count }));
    assert.equal(one.jobs, 3);
    assert.deepEqual(await Promise.all(jobs.map(read)), [thirds(200), [], thirds(3)]);
    assert.equal(one.jobs, 0);
  });

  it('does not run far ahead of the reader', async () => {
    const [one] = workers;
    const unread = one.run({ count: 1000 });
    let all = 0;
    for await (const [, given] of one.run({ count: 500 })) all = given;
    assert.ok(all >= 500 && all < 600, `${all - 500} items were given that nobody reads`);
    assert.deepEqual(await read(unread), thirds(1000));
  });

  it('reports why a job failed, also when it is read later, and runs the next', async () => {
    const [one] = workers;
    const failing = one.run({ count: 2, then: 'fail' });
    await read(one.run({ count: 100 }));
    await assert.rejects(read(failing), /Expected no failure but received one/);
    assert.deepEqual(await read(one.run({ count: 1 })), [0]);
  });

  it('fails all jobs of a process that ends, and those that it is given later', async () => {
    const [one, other] = workers;
    const waiting = one.run({ count: 1, then: 'wait' });
    const dying = one.run({ count: 1, then: 'die' });
    const ended = /Expected a worker process to go on but it ended with SIGKILL/;
    await assert.rejects(read(dying), ended);
    await assert.rejects(read(waiting), ended);
    await assert.rejects(read(one.run({ count: 1 })), ended);
    assert.deepEqual(await read(other.run({ count: 1 })), [0]);
  });

  it('ends the wait for a job by a signal', async () => {
    const controller = new AbortController();
    const items = read(workers[0].run({ count: 1, then: 'wait' }, controller.signal));
    controller.abort(new Error('stopped'));
    await assert.rejects(items, { name: 'AbortError' });
  });

  it('is chosen by the number of its jobs', () => {
    workers[0].run({ count: 0 });
    assert.equal(findIdlest(workers), workers[1]);
  });
});

describe('chooseWorkers', () => {
  it('starts one process for each core where there are enough images, eight at most', () => {
    assert.deepEqual(
      [
        chooseWorkers(99, 100, 2),
        chooseWorkers(100, 100, 2),
        chooseWorkers(100, 100, 64),
        chooseWorkers(100, 100, 1),
      ],
      [1, 2, 8, 1],
    );
  });
});
