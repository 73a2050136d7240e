// A process that makes the shards it is sent.
import { serveJobs } from '../../files/worker-process';
import { createShardWorker, type ShardJob } from './shard-worker';
import type { ShardItem } from './worker-processes';

const worker = createShardWorker();

serveJobs<ShardJob, ShardItem>(async (job, give) => {
  const shard = await worker.run(job, { onBatch: (...batch) => void give({ batch }) });
  void give({ shard });
});
