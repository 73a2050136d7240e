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
interface RunState {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly optimizer: Adam;
  readonly identity: RunIdentity;
  readonly history: readonly EpochRecord[];
}

/**
 * Saves the run's current state as the entry last.safetensors: weights, running statistics, optimizer and history.
 * TerGat's has 426 MB.
 */
export async function saveLast({ store, network, optimizer, identity, history }: RunState): Promise<void> {
  const metadata = toMetadata({ identity, history, step: optimizer.step });
  await store.write(LAST, encodeSafetensors(tensorsToWrite(runVariables(network, optimizer)), metadata));
}

/** Saves the best epoch's weights and running statistics as the entry best.safetensors. TerGat's has 142 MB. */
export async function saveBest(
  run: Pick<RunState, 'store' | 'network' | 'identity'> & { readonly best: BestEpoch },
): Promise<void> {
  const { store, network, identity, best } = run;
  const tensors = tensorsToWrite(allVariables(network), best.state);
  await store.write(BEST, encodeSafetensors(tensors, toMetadata({ identity, epoch: best.epoch })));
}

/**
 * Saves a finished training as the entry trained.safetensors: its history, and the weights and running statistics of
 * its best epoch. Training cannot be continued from it, since it has no optimizer state. TerGat's has 142 MB.
 */
export async function saveTrained(
  run: Pick<RunState, 'store' | 'network' | 'history'> & { readonly best: BestEpoch },
): Promise<void> {
  const { store, network, history, best } = run;
  const tensors = tensorsToWrite(allVariables(network), best.state);
  await store.write(TRAINED, encodeSafetensors(tensors, toMetadata({ history, epoch: best.epoch })));
}

/**
 * Reads the entry of {@link saveTrained}.
 * @returns undefined when there is no entry
 * @throws RangeError for a broken entry
 */
export async function readTrained(
  store: CheckpointStore,
): Promise<{ history: readonly EpochRecord[]; best: BestEpoch } | undefined> {
  const entry = await readEntry<{ history: EpochRecord[]; epoch: number }>(store, TRAINED);
  return (
    entry && { history: entry.content.history, best: { epoch: entry.content.epoch, state: entry.state } }
  );
}

/**
 * Restores network and optimizer from the entry of {@link saveLast}.
 * @param run.epochs the run's number of epochs; a checkpoint of more epochs is returned but not restored
 * @returns history and best epoch; undefined when there is no entry
 * @throws RangeError for a broken entry or another run's; network and optimizer are then unchanged
 */
export async function restoreLast(
  run: Omit<RunState, 'history'> & { readonly epochs: number },
): Promise<{ history: readonly EpochRecord[]; best: BestEpoch | undefined } | undefined> {
  const { store, network, optimizer, identity, epochs } = run;
  const last = await readEntry<{ history: EpochRecord[]; step: number }>(store, LAST, identity);
  if (!last) return undefined;
  const { history, step } = last.content;
  const found = await readEntry<{ epoch: number }>(store, BEST, identity);
  const best = found && { epoch: found.content.epoch, state: found.state };
  if (history.length > epochs) return { history, best };
  assignValues(runVariables(network, optimizer), last.state);
  optimizer.step = step;
  return { history, best };
}

/** Returns the variables of a run: the network's, and Adam's moment estimates under `adam.mean.` and `adam.square.`. */
function runVariables(network: Network, optimizer: Adam): Map<string, tf.Variable> {
  const moments = [...network.parameters].flatMap(([name, parameter]) => {
    const { mean, square } = optimizer.momentsOf(parameter);
    return [[`adam.mean.${name}`, mean] as const, [`adam.square.${name}`, square] as const];
  });
  return new Map([...allVariables(network), ...moments]);
}

function toMetadata(content: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map([['training', JSON.stringify({ format: FORMAT, ...content })]]);
}

/**
 * Reads an entry.
 * @param identity expected identity of the run; undefined: any
 * @returns its metadata and tensors; undefined when there is no entry
 * @throws RangeError for a broken entry or another run's
 */
async function readEntry<Content>(
  store: CheckpointStore,
  name: string,
  identity: Partial<RunIdentity> = {},
): Promise<{ readonly content: Content; readonly state: NetworkState } | undefined> {
  const bytes = await store.read(name);
  if (!bytes) return undefined;
  const { state, content } = decodeEntry(bytes, name);
  for (const [key, value] of Object.entries({ ...identity, format: FORMAT })) {
    const received = key === 'format' ? content.format : content.identity?.[key];
    if (received === value) continue;
    throw new RangeError(`Expected ${key} ${value} for ${name} but received ${JSON.stringify(received)}`);
  }
  return { content: content as Content, state };
}

function decodeEntry(
  bytes: Uint8Array,
  name: string,
): { state: NetworkState; content: { format?: number; identity?: Record<string, unknown> } } {
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const state = new Map([...tensors].map(([tensor, { values }]) => [tensor, values]));
    return { state, content: JSON.parse(metadata.get('training') ?? '{}') ?? {} };
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new RangeError(`Expected a whole checkpoint for ${name} (delete it to train anew): ${reason}`, {
      cause,
    });
  }
}
