import assert from 'node:assert/strict';
import processJob from '../../lib/study/queue/processor';
import { openQueue, startQueueWorker } from '../../lib/study/queue/queue';

function isInstalled(name: string): boolean {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
}

describe('the queue', () => {
  it('refuses an invalid Redis address, and does not print its password', async () => {
    for (const url of ['http://host', 'redis://', 'host:6379'])
      await assert.rejects(
        startQueueWorker(url),
        /Expected redis:\/\/HOST:PORT or rediss:\/\/… for the queue/,
      );
    for (const password of ['secret', 'sec:ret', 'sec/ret', 'sec@ret'])
      await assert.rejects(startQueueWorker(`redis://:${password}@host:99999`), ({ message }: Error) => {
        assert.match(message, /received redis:\/\/…@host:99999/);
        return true;
      });
  });

  it('refuses a job of an unknown kind', async () => {
    await assert.rejects(
      processJob({ name: 'other', data: {} }),
      /Expected shard or fold for the kind of a job but received other/,
    );
  });

  it('ends with the reason where no server answers, or where its packages are not installed', async () => {
    const nobody = 'redis://:secret@127.0.0.1:1';
    const reason = isInstalled('bullmq')
      ? /^Error: Expected a Redis server at 127.0.0.1:1 but received: connect ECONNREFUSED/
      : /^Error: Expected the optional packages bullmq and ioredis for a queue/;
    await assert.rejects(openQueue(nobody), reason);
    await assert.rejects(startQueueWorker(nobody), reason);
  });
});
