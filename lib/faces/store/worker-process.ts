// A worker process: computes the shards that its parent sends.
import { serveJobs } from '../../files/worker-process';
import { type BatchCounts, createShardWorker, type StoredShard } from './compute-shard';
import type { ShardJob } from './shard-plan';

const worker = createShardWorker();

serveJobs<ShardJob, BatchCounts, StoredShard>((job, onBatch) => worker.run(job, { onBatch }));
