import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { planJobs } from '../../lib/faces/store/shards';
import { makeStore, preprocess } from '../../lib/faces/store/preprocess';
import { runFolds } from '../../lib/study/folds/run-folds';
import { makeStoreOnQueue, openQueue } from '../../lib/study/queue/queue';
import { gatherAnswers, toPredictionsCsv } from '../../lib/study/folds/score-folds';
import { portraitPng } from '../faces/photos';

const FRAMES = 96;
const CHARACTERS = ['aia', 'bonnie', 'jules'];

describe('the queue on a real Redis server', function () {
  this.timeout(600000);
  let folder: string;
  let url: string;
  let server: ChildProcess;
  const workers: ChildProcess[] = [];

  before(async () => {
    if (spawnSync('redis-server', ['--version']).status !== 0)
      throw new Error(
        'Expected redis-server on the PATH but found none (Debian: apt-get install redis-server)',
      );
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'queue-'));
    fs.mkdirSync(path.join(folder, 'data'));
    for (let index = 0; index < FRAMES; index++)
      fs.writeFileSync(path.join(folder, 'data', `${100 + index}.png`), await portraitPng(index, 96));
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    server = spawn('redis-server', settings, { stdio: 'ignore' });
    await untilOpen(port);
    for (let index = 0; index < 3; index++) workers.push(await startWorker());
  });

  after(() => {
    for (const worker of workers) killGroup(worker);
    server?.kill('SIGKILL');
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  async function startWorker(): Promise<ChildProcess> {
    const script = path.join(__dirname, 'queue-worker.ts');
    const args = ['--require', require.resolve('tsx/cjs'), script, url];
    const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    await once(worker.stdout!, 'data');
    return worker;
  }

  const records = Array.from({ length: FRAMES }, (_, index) => ({
    path: `${100 + index}.png`,
    character: CHARACTERS[index % 3],
    emotion: 'joy' as const,
  }));
  const options = (name: string) => ({
    root: path.join(folder, 'data'),
    cacheDirectory: path.join(folder, `${name}-cache`),
    directory: path.join(folder, name),
    shardSize: 8,
  });

  it('gives the same store as one machine, though one of three workers is killed on the way', async () => {
    const source = { name: 'portraits', records };
    let done = 0;
    const store = await makeStoreOnQueue(url, source, {
      ...options('queue'),
      onProgress: (frames) => {
        done = frames;
        if (done === 16) killGroup(workers[0]);
      },
    });
    assert.ok(done === FRAMES && workers[0].killed, 'a worker was killed with work left');
    const alone = await makeStore(source, options('alone'));
    assert.ok(fs.readFileSync(store.file).equals(fs.readFileSync(alone.file)));
    const again = await makeStoreOnQueue(url, source, options('queue'));
    assert.deepEqual([again.computedShards, again.reusedShards], [0, FRAMES / 8]);
    assert.ok(fs.readFileSync(again.file).equals(fs.readFileSync(alone.file)), 'merged again, the same');
  });

  it('runs the folds of a leave-one-person-out evaluation', async () => {
    const labelled = records.map((record, index) => ({ ...record, emotion: EMOTIONS[index % 4] }));
    const { blocks, shards } = await preprocess(labelled, options('folds'));
    const run = (cache: string, queue?: string) =>
      runFolds({
        blocks,
        shards,
        queue,
        architecture: 'Compact',
        cacheDirectory: path.join(folder, cache),
        experiment: { ...DEFAULT_EXPERIMENT, epochs: 1 },
      });
    const results = await run('queue-training', url);
    assert.deepEqual(
      results!.map(({ person, validation, reusedEpochs }) => [person, validation, reusedEpochs]),
      CHARACTERS.map((person, index) => [person, CHARACTERS[(index + 1) % 3], 0]),
    );
    const [table, alone] = [results!, (await run('own-training'))!].map((all) =>
      toPredictionsCsv(gatherAnswers(labelled, blocks, all)),
    );
    assert.equal(table, alone, 'the same table as without a queue');
  });

  async function runAlone(kind: 'shard' | 'fold', job: object): Promise<void> {
    const queue = await openQueue(url);
    await queue.run(kind, job).finally(() => queue.close());
  }

  it('refuses a shard whose data the worker does not have', async () => {
    fs.mkdirSync(path.join(folder, 'unmounted'));
    const jobs = planJobs(records, { ...options('unmounted'), root: path.join(folder, 'unmounted') });
    await assert.rejects(runAlone('shard', jobs[0]), /Expected the data in .*unmounted/);
  });

  it('gives the reason of a job that fails each time', async () => {
    const shards = [path.join(folder, 'no')];
    const job = { shards, person: 'aia', architecture: 'Compact', experiment: DEFAULT_EXPERIMENT };
    await assert.rejects(runAlone('fold', job), /no such file/);
  });
});

/** Kills a worker with its sandboxed processes, as a machine that loses power. */
function killGroup(worker: ChildProcess): void {
  try {
    process.kill(-worker.pid!, 'SIGKILL');
  } catch {
    // It was killed before.
  }
  worker.kill('SIGKILL');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('Expected the Redis server to listen but it did not');
}
