import type * as tf from '@tensorflow/tfjs';
import type { Adam } from '../../tensor/adam';
import type { EpochRecord } from './history';
import { allVariables, assignValues, type Network, type NetworkState } from '../networks/network';
import { decodeSafetensors, encodeSafetensors, tensorsToWrite } from '../files/safetensors';

/** A store of checkpoints: files, a browser's storage or memory. */
export interface CheckpointStore {
  /** Reads a whole entry; undefined when there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces an entry by the given parts, in order. When anything fails, the previous entry remains. */
  write(name: string, parts: Iterable<Uint8Array>): Promise<void>;
}

/** Identifies a run. A checkpoint can only be continued by the run with the same identity. */
export interface RunIdentity {
  readonly network: string;
  readonly seed: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly trainSize: number;
  readonly validationSize: number;
}

/** The epoch of the best validation result, with the network's state after it. */
export interface BestEpoch {
  readonly epoch: number;
  readonly state: NetworkState;
}

const LAST = 'last.safetensors';
const BEST = 'best.safetensors';
const TRAINED = 'trained.safetensors';
const FORMAT = 1;

/** A running training. */
interface Run {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly optimizer: Adam;
  readonly identity: RunIdentity;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch;
}

/**
 * Saves the run's current state as the entry last.safetensors: weights, running statistics, optimizer and history.
 * TerGat's has 426 MB.
 */
export async function saveLast(run: Omit<Run, 'best'>): Promise<void> {
  const { store, network, optimizer, identity, history } = run;
  const content = { identity, history, step: optimizer.step };
  await writeEntry(store, LAST, tensorsToWrite(runVariables(network, optimizer)), content);
}

/** Saves the best epoch's weights and running statistics as the entry best.safetensors. TerGat's has 142 MB. */
export async function saveBest(run: Omit<Run, 'optimizer' | 'history'>): Promise<void> {
  const { store, network, identity, best } = run;
  const tensors = tensorsToWrite(allVariables(network), best.state);
  await writeEntry(store, BEST, tensors, { identity, epoch: best.epoch });
}

/**
 * Saves a finished training as the entry trained.safetensors: its history, and the weights and running statistics of
 * its best epoch. Training cannot be continued from it, since it has no optimizer state. TerGat's has 142 MB.
 */
export async function saveTrained(run: Omit<Run, 'optimizer' | 'identity'>): Promise<void> {
  const { store, network, history, best } = run;
  const tensors = tensorsToWrite(allVariables(network), best.state);
  await writeEntry(store, TRAINED, tensors, { history, epoch: best.epoch });
}

/**
 * Reads the entry of {@link saveTrained}.
 * @returns undefined when there is no entry
 * @throws RangeError for a broken entry
 */
export async function readTrained(
  store: CheckpointStore,
): Promise<Pick<Run, 'history' | 'best'> | undefined> {
  const entry = await readEntry(store, TRAINED);
  return entry && { history: entry.history, best: bestOf(entry) };
}

/**
 * Restores network and optimizer from the entry of {@link saveLast}.
 * @param run.epochs the run's number of epochs; a checkpoint of more epochs is returned but not restored
 * @returns history and best epoch; undefined when there is no entry
 * @throws RangeError for a broken entry or another run's; network and optimizer are then unchanged
 */
export async function restoreLast(
  run: Omit<Run, 'history' | 'best'> & { readonly epochs: number },
): Promise<(Pick<Run, 'history'> & Partial<Pick<Run, 'best'>>) | undefined> {
  const { store, network, optimizer, identity, epochs } = run;
  const last = await readEntry(store, LAST, identity);
  if (!last) return undefined;
  const best = await readEntry(store, BEST, identity);
  if (last.history.length <= epochs) {
    assignValues(runVariables(network, optimizer), last.state);
    optimizer.step = last.step;
  }
  return { history: last.history, best: best && bestOf(best) };
}

function bestOf({ epoch, state }: BestEpoch): BestEpoch {
  return { epoch, state };
}

/** Returns the variables of a run: the network's, and Adam's moment estimates under `adam.mean.` and `adam.square.`. */
function runVariables(network: Network, optimizer: Adam): Map<string, tf.Variable> {
  const moments = [...network.parameters].flatMap(([name, parameter]) => {
    const { mean, square } = optimizer.momentsOf(parameter);
    return [[`adam.mean.${name}`, mean] as const, [`adam.square.${name}`, square] as const];
  });
  return new Map([...allVariables(network), ...moments]);
}

async function writeEntry(
  store: CheckpointStore,
  name: string,
  tensors: ReturnType<typeof tensorsToWrite>,
  content: Readonly<Record<string, unknown>>,
): Promise<void> {
  const metadata = new Map([['training', JSON.stringify({ format: FORMAT, ...content })]]);
  await store.write(name, encodeSafetensors(tensors, metadata));
}

/**
 * Reads an entry.
 * @param identity expected identity of the run; undefined: any
 * @returns its metadata, of which each entry has a part, and tensors; undefined when there is no entry
 * @throws RangeError for a broken entry or another run's
 */
async function readEntry(store: CheckpointStore, name: string, identity?: RunIdentity) {
  const bytes = await store.read(name);
  if (!bytes) return undefined;
  const { content, state } = decodeEntry(bytes, name);
  const received: Readonly<Record<string, unknown>> = { ...content.identity, format: content.format };
  for (const [key, value] of Object.entries({ ...identity, format: FORMAT }))
    if (received[key] !== value)
      throw new RangeError(
        `Expected ${key} ${value} for ${name} but received ${JSON.stringify(received[key])}`,
      );
  return { ...content, state };
}

type Content = BestEpoch & Pick<Run, 'history' | 'identity'> & { readonly step: number; format: number };

function decodeEntry(bytes: Uint8Array, name: string): { content: Content; state: NetworkState } {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const state = new Map([...tensors].map(([tensor, { values }]) => [tensor, values]));
    return { content: JSON.parse(metadata.get('training') ?? '{}') ?? {}, state };
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new RangeError(`Expected a whole checkpoint for ${name} (delete it to train anew): ${reason}`, {
      cause,
    });
  }
}
