// A process that makes the shards that it is sent.
import { serveJobs } from '../../files/worker-process';
import { createShardWorker, type StoredShard } from './compute-shard';
import type { ShardJob } from './plan';
import type { BatchCounts } from './preprocess';

const worker = createShardWorker();

serveJobs<ShardJob, BatchCounts, StoredShard>((job, onProgress) =>
  worker.run(job, { onBatch: (...batch) => onProgress(batch) }),
);
