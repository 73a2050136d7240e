// BullMQ runs this file in a child process, so that TensorFlow does not block the worker's heartbeats.
import { lstatSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { explainUnwritable } from '../../files/project';
import { startEngine } from '../../tensor/backend';
import { createShardWorker, type ShardJob } from '../../faces/store/shards';
import { type FoldJob, runFoldJob } from '../folds/run-folds';
import type { JobKind } from './queue';

const worker = createShardWorker();

// Ctrl-C goes to all processes of a terminal; the worker that started this one waits for the current job.
if (process.send) process.on('SIGINT', () => undefined);

/**
 * Runs one job.
 * @throws RangeError for an unknown kind, which another version of the code may send; Error with the reason of a failure
 */
export default async function processJob({ name, data }: { readonly name: string; readonly data: unknown }) {
  const kind = name as JobKind;
  if (kind !== 'shard' && kind !== 'fold')
    throw new RangeError(`Expected shard or fold for the kind of a job but received ${name}`);
  if (kind === 'shard') expectData(data as ShardJob);
  await startEngine();
  try {
    return await (kind === 'shard' ? worker.run(data as ShardJob) : runFoldJob(data as FoldJob));
  } catch (error) {
    throw explainUnwritable(error);
  }
}

/** Rejects a shard none of whose files exist: on a machine without the data all frames would be skipped. */
function expectData({ root, records }: ShardJob): void {
  const isThere = (file: string) => lstatSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined;
  if (records.some((record) => isThere(record.path))) return;
  throw new Error(
    `Expected the data in ${root} on every worker but ${hostname()} has no ${records[0].path} there, nor any other file of this shard`,
  );
}
