// What BullMQ runs in a process of its own for each job, so that TensorFlow does not hold up the heartbeats.
import { startEngine } from '../../engine/tensorflow';
import { createShardWorker, type ShardJob } from '../../faces/shard-worker';
import type { FoldJob, JobKind } from './jobs';
import { runFold } from './run-fold';

const worker = createShardWorker();

/** Does one job. */
async function processJob(job: { readonly name: string; readonly data: unknown }): Promise<unknown> {
  await startEngine();
  if ((job.name as JobKind) === 'shard') return worker.run(job.data as ShardJob);
  if ((job.name as JobKind) === 'fold') return runFold(job.data as FoldJob);
  throw new RangeError(`Expected shard or fold for a job but received ${job.name}`);
}

export default processJob;
