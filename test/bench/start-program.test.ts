import assert from 'node:assert/strict';
import path from 'node:path';
import { parseMessage, startProgram, type RunningProgram } from '../../bench/start-program';
import { runLeakTest } from '../../bench/measure-rows';

const SCRIPT = path.join(__dirname, 'fake-program.cjs');

const living: RunningProgram[] = [];

async function startFake(...args: string[]): Promise<RunningProgram> {
  const fake = await startProgram({ label: 'the fake', command: [process.execPath, SCRIPT, ...args] });
  living.push(fake);
  return fake;
}

// Also where an assertion failed: a living process would keep the test run from ending.
afterEach(() => Promise.all(living.splice(0).map((fake) => fake.close())));

describe('parseMessage', () => {
  it('distinguishes messages from output of libraries', () => {
    assert.deepEqual(parseMessage('{"seconds":1,"peakMb":2}'), { seconds: 1, peakMb: 2 });
    assert.equal(parseMessage('Using TensorFlow backend'), undefined);
    assert.equal(parseMessage('{ not JSON'), undefined);
    assert.equal(parseMessage('{"level":"info"}'), undefined);
  });
});

describe('startProgram', () => {
  it('waits until it is ready, asks, and ends the process', async () => {
    const fake = await startFake('0.5');
    assert.deepEqual(fake.ready, { ready: true, versions: { fake: '1.0' } });
    assert.equal((await fake.run(3)).seconds, 1.5);
    await fake.close();
    await assert.rejects(fake.run(1), /Expected the fake to answer but it ended with 0/);
  });

  it('gives the reason when a program cannot start', async () => {
    await assert.rejects(
      startFake('1', 'unready'),
      /Expected the fake to answer but it failed: no such library/,
    );
    const missing = startProgram({ label: 'nobody', command: ['/no/such/program'] });
    await assert.rejects(missing, /Expected nobody to answer but it spawn \/no\/such\/program ENOENT/);
  });

  it('reports the last output of a process that ends, and goes on after a failed request', async () => {
    const dying = await startFake('1', 'dies');
    await assert.rejects(dying.run(1), /it ended with 3: out of memory/);
    const failing = await startFake('1', 'fails');
    await assert.rejects(failing.run(1), /it failed: not this time/);
    assert.equal((await failing.run(2)).seconds, 2);
  });
});

describe('runLeakTest', () => {
  it('reports the growth of tensors and of memory', async () => {
    const fake = await startFake('0.001');
    const [tensors, resident] = await runLeakTest('steady', fake, { tensors: 100, resident: 800 });
    assert.deepEqual([tensors.name, tensors.ours], ['steady/tensors', 0]);
    // 17 samples of 101 to 117 MB: the last four against the third and fourth.
    assert.deepEqual([resident.name, resident.ours], ['steady/resident', 115.5 - 103.5]);
  });
});
