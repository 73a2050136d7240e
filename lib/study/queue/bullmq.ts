import type { EventEmitter } from 'node:events';

/** Connection settings of BullMQ and ioredis. */
export interface Connection {
  readonly url: string;
  /** Null: commands wait until a lost connection is restored. */
  readonly maxRetriesPerRequest: null;
}

/** A job in Redis. */
interface QueuedJob {
  readonly id?: string;
  readonly name: string;
  waitUntilFinished(events: EventEmitter): Promise<unknown>;
  remove(): Promise<void>;
}

/** Retries and removal of a job. */
export interface JobSettings {
  readonly jobId: string;
  readonly attempts: number;
  readonly backoff: { readonly type: 'exponential'; readonly delay: number };
  readonly removeOnComplete: { readonly age: number };
  readonly removeOnFail: { readonly age: number };
}

/** Settings of a worker. */
interface WorkerSettings {
  readonly connection: Connection;
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly workerForkOptions: { readonly execArgv: readonly string[] };
}

interface Part extends EventEmitter {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface BullQueue extends Part {
  add(name: string, data: unknown, settings: JobSettings): Promise<QueuedJob>;
  getWorkersCount(): Promise<number>;
}

interface BullWorker extends Part {
  on(event: 'completed', listener: (job: QueuedJob) => void): this;
  on(event: 'failed', listener: (job: QueuedJob | undefined, error: Error) => void): this;
}

/** The used part of the package bullmq, declared here so that the code compiles without the package. */
interface BullMq {
  readonly Queue: new (name: string, settings: { readonly connection: Connection }) => BullQueue;
  readonly QueueEvents: new (name: string, settings: { readonly connection: Connection }) => Part;
  readonly Worker: new (name: string, processor: string, settings: WorkerSettings) => BullWorker;
}

/** The used part of the package ioredis. */
export interface IoRedis {
  readonly Redis: new (
    url: string,
    settings: {
      readonly lazyConnect: boolean;
      readonly enableReadyCheck: boolean;
      readonly connectTimeout: number;
      readonly maxRetriesPerRequest: number;
      readonly retryStrategy: () => null;
    },
  ) => EventEmitter & { connect(): Promise<void>; ping(): Promise<string>; disconnect(): void };
}

/**
 * Loads the optional packages bullmq and ioredis.
 * @throws Error when they are not installed
 */
export async function loadBullMq(): Promise<BullMq & IoRedis> {
  try {
    const [bullmq, ioredis] = await Promise.all([
      import('bullmq' as string) as Promise<BullMq>,
      import('ioredis' as string) as Promise<IoRedis>,
    ]);
    const { Queue, QueueEvents, Worker } = bullmq;
    return { Queue, QueueEvents, Worker, Redis: ioredis.Redis };
  } catch (cause) {
    throw new Error(
      'Expected the optional packages bullmq and ioredis for a queue but they are not installed (npm ci installs them)',
      { cause },
    );
  }
}
