// A process that makes the shards it is sent, until its parent disconnects.
import { explainUnwritable } from '../../files/project';
import { createShardWorker } from './shard-worker';
import type { AnswerMessage, JobMessage } from './worker-processes';

const worker = createShardWorker();
const answer = (message: AnswerMessage) => process.connected && process.send!(message);

process.on('message', ({ id, job }: JobMessage) => {
  worker.run(job, { onBatch: (...batch) => answer({ id, batch }) }).then(
    (shard) => answer({ id, shard }),
    (error: unknown) => answer({ id, error: (explainUnwritable(error) as Error).message }),
  );
});
process.on('disconnect', () => process.exit());
// An interrupt of the terminal reaches the whole group: the parent decides what it means, and disconnects.
process.on('SIGINT', () => undefined);
