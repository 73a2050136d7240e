// A process that makes the shards that it is sent.
import { serveJobs } from '../../files/worker-process';
import { createShardWorker } from './compute-shard';
import type { ShardJob } from './plan';
import type { ShardItem } from './preprocess';

const worker = createShardWorker();

serveJobs<ShardJob, ShardItem>(async (job, give) => {
  const shard = await worker.run(job, { onBatch: (...batch) => void give({ batch }) });
  void give({ shard });
});
