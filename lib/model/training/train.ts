import { createRandom } from '../../core/random';
import type { Adam } from '../../tensor/adam';
import {
  restoreLast,
  saveBest,
  saveLast,
  type BestEpoch,
  type CheckpointStore,
  type RunIdentity,
} from './checkpoint';
import { makeBatch, type TensorSource } from './data';
import { evaluate } from './evaluate';
import { isBetter, type EpochRecord } from './history';
import { saveState, type Network } from '../networks/network';
import { beginTrainingSteps, type TrainingSteps } from './training-steps';

/** Progress within an epoch. */
export interface BatchProgress {
  /** From 1. */
  readonly epoch: number;
  /** From 1. */
  readonly batch: number;
  readonly batches: number;
  /** Mean cross entropy of this batch. */
  readonly loss: number;
}

/** Network, data, settings and callbacks of a training. */
export interface TrainOptions {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly train: TensorSource;
  readonly validation: TensorSource;
  /** Samples of the training accuracy after each epoch; default all training samples. */
  readonly scored?: TensorSource;
  readonly epochs: number;
  readonly batchSize: number;
  /** Determines the order of the samples and the dropout masks. The network already has its initial weights. */
  readonly seed: number;
  /**
   * Where a checkpoint is saved after each epoch and continued from; default none. A checkpoint of more epochs than `epochs` is neither
   * continued nor overwritten.
   */
  readonly store?: CheckpointStore;
  /** Called after each epoch with the whole history, epochs before a resumption included. */
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly onBatch?: (progress: BatchProgress) => void;
  /** Called after each batch; true stops the training. */
  readonly shouldStop?: () => boolean;
  /** Awaited after each batch, so that timers and signals are handled; default one turn of the event loop. */
  readonly pause?: () => Promise<void>;
}

/** Result of a training. The network has the last weights, not the best. */
interface TrainResult {
  /** One record per complete epoch, epochs before a resumption included. */
  readonly history: readonly EpochRecord[];
  /** Whether shouldStop ended the training; the network then has weights of an incomplete epoch. */
  readonly stopped: boolean;
  /** The epoch of the best validation result, for loadState; undefined before the first complete epoch. */
  readonly best: BestEpoch | undefined;
}

/** State of a running training. */
type Run = TrainOptions & {
  readonly pause: () => Promise<void>;
  readonly identity: RunIdentity;
  readonly history: EpochRecord[];
  best: BestEpoch | undefined;
};

/**
 * Trains a network by cross entropy, and continues from the last checkpoint if there is one. Each epoch uses every
 * sample exactly once, in seeded order; the last batch may be smaller. (The original's script ends an epoch after its
 * first batch.)
 * @returns history and best weights
 * @throws RangeError when a set has no samples, the batch size is not a positive integer, or the checkpoint is
 *   another run's; Error when the loss is not finite
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const run = await beginRun(options);
  const stopped = run.history.length < run.epochs && (await trainEpochs(run));
  return { history: run.history, stopped, best: run.best };
}

/** @returns whether the run was stopped within an epoch */
async function trainEpochs(run: Run): Promise<boolean> {
  const { network, train, validation, scored = train, pause } = run;
  const steps = beginSteps(run);
  for (let epoch = run.history.length + 1; epoch <= run.epochs; epoch++) {
    const started = performance.now();
    const trainLoss = await trainEpoch(run, steps, epoch);
    if (trainLoss === undefined) return true;
    const { accuracy: trainAccuracy } = await evaluate(network, scored, pause);
    const { loss: validationLoss, accuracy: validationAccuracy } = await evaluate(network, validation, pause);
    const seconds = (performance.now() - started) / 1000;
    const record = { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, seconds };
    await recordEpoch(run, record);
    run.onEpoch?.(run.history);
  }
  return false;
}

async function beginRun(options: TrainOptions): Promise<Run> {
  const { network, optimizer, train, validation, epochs, batchSize, seed, store } = options;
  for (const [name, { size }] of Object.entries({ train, validation })) {
    if (size === 0) throw new RangeError(`Expected at least 1 sample for ${name} but received 0`);
  }
  if (!(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`Expected an integer above 0 for batchSize but received ${batchSize}`);
  }
  const { learningRate } = optimizer;
  const sizes = { trainSize: train.size, validationSize: validation.size };
  const identity = { network: network.name, seed, batchSize, learningRate, ...sizes };
  const saved = store && (await restoreLast({ store, network, optimizer, identity, epochs }));
  const run = { ...options, pause: options.pause ?? yieldToHost, identity };
  // A longer run has other weights, and its checkpoint must not be replaced by a shorter run's.
  if (saved && saved.history.length > epochs)
    return { ...run, store: undefined, history: [], best: undefined };
  return { ...run, history: [...(saved?.history ?? [])], best: saved?.best };
}

/** @returns the mean loss over the epoch's samples; undefined when the run was stopped */
async function trainEpoch(run: Run, steps: TrainingSteps, epoch: number): Promise<number | undefined> {
  const { train, batchSize, seed, shouldStop } = run;
  const order = createRandom(seed, 'order', epoch).shuffle(Array.from(train.labels.keys()));
  const batches = Math.ceil(order.length / batchSize);
  let sum = 0;
  for (let step = 0; step < batches; step++) {
    const positions = order.slice(step * batchSize, (step + 1) * batchSize);
    const loss = await steps.take(makeBatch(train, positions, { seed, epoch, step }));
    sum += loss * positions.length;
    run.onBatch?.({ epoch, batch: step + 1, batches, loss });
    await run.pause();
    if (shouldStop?.()) return undefined;
  }
  return sum / order.length;
}

/** Begins the steps with an example batch of each size that occurs in an epoch. */
function beginSteps(run: Run): TrainingSteps {
  const { train, batchSize, seed, network, optimizer } = run;
  const sizes = new Set([Math.min(batchSize, train.size), train.size % batchSize].filter((size) => size > 0));
  const examples = () =>
    [...sizes].map((size) => makeBatch(train, [...Array(size).keys()], { seed, epoch: 1, step: 0 }));
  return beginTrainingSteps({ network, optimizer, examples });
}

async function recordEpoch(run: Run, record: EpochRecord): Promise<void> {
  const { network, history, store } = run;
  const best = history.find(({ epoch }) => epoch === run.best?.epoch);
  const improved = isBetter(record, best);
  history.push(record);
  if (improved) run.best = { epoch: record.epoch, state: saveState(network) };
  if (!store) return;
  if (improved) await saveBest({ ...run, store, best: run.best! });
  await saveLast({ ...run, store });
}

/** Lets timers, signals and drawing run. Without pending events it takes less than a millisecond in Node.js. */
function yieldToHost(): Promise<void> {
  // Browsers have no setImmediate.
  const { setImmediate } = globalThis as Partial<Pick<typeof globalThis, 'setImmediate'>>;
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
