import type { Adam, AdamState } from '../../tensor/adam';
import type { EpochRecord } from './history';
import { loadState, allVariables, type Network, type NetworkState } from '../networks/network';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type TensorToWrite,
} from '../files/safetensors';

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

/** A run's state after its last complete epoch. */
interface Checkpoint {
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch | undefined;
}

const LAST = 'last.safetensors';
const BEST = 'best.safetensors';
const TRAINED = 'trained.safetensors';
const FORMAT = 1;

/**
 * Saves the run's current state: weights, running statistics, optimizer and history. TerGat's has 426 MB.
 * @param run.store its entry last.safetensors is replaced
 */
export async function saveLast(run: {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly optimizer: Adam;
  readonly identity: RunIdentity;
  readonly history: readonly EpochRecord[];
}): Promise<void> {
  const { store, network, optimizer, identity, history } = run;
  const metadata = toMetadata({ identity, history, step: optimizer.step });
  await store.write(
    LAST,
    encodeSafetensors([...networkTensors(network), ...slotTensors(network, optimizer)], metadata),
  );
}

/** Saves the best epoch's weights and running statistics as the entry best.safetensors. TerGat's has 142 MB. */
export async function saveBest(run: {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly identity: RunIdentity;
  readonly best: BestEpoch;
}): Promise<void> {
  const { store, network, identity, best } = run;
  await store.write(
    BEST,
    encodeSafetensors(stateTensors(network, best), toMetadata({ identity, epoch: best.epoch })),
  );
}

/**
 * Saves a finished training as the entry trained.safetensors: its history, and the weights and running statistics of
 * its best epoch. Training cannot be continued from it, since it has no optimizer state. TerGat's has 142 MB.
 */
export async function saveTrained(run: {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch;
}): Promise<void> {
  const { store, network, history, best } = run;
  await store.write(
    TRAINED,
    encodeSafetensors(stateTensors(network, best), toMetadata({ history, epoch: best.epoch })),
  );
}

/**
 * Reads the entry of {@link saveTrained}.
 * @returns undefined when there is no entry
 * @throws RangeError for a broken entry
 */
export async function readTrained(
  store: CheckpointStore,
): Promise<{ readonly history: readonly EpochRecord[]; readonly best: BestEpoch } | undefined> {
  const bytes = await store.read(TRAINED);
  if (!bytes) return undefined;
  const file = decodeEntry(bytes, TRAINED);
  const { history, epoch } = fromMetadata<{ history: EpochRecord[]; epoch: number }>(file, TRAINED);
  return { history, best: { epoch, state: toState(file) } };
}

/**
 * Restores network and optimizer from the entry of {@link saveLast}.
 * @param run.epochs the run's number of epochs; a checkpoint of more epochs is returned but not restored
 * @returns history and best epoch; undefined when there is no entry
 * @throws RangeError for a broken entry or another run's; network and optimizer are then unchanged
 */
export async function restoreLast(run: {
  readonly store: CheckpointStore;
  readonly network: Network;
  readonly optimizer: Adam;
  readonly identity: RunIdentity;
  readonly epochs: number;
}): Promise<Checkpoint | undefined> {
  const { store, network, optimizer, identity, epochs } = run;
  const bytes = await store.read(LAST);
  if (!bytes) return undefined;
  const file = decodeEntry(bytes, LAST);
  const { history, step } = fromMetadata<{ history: EpochRecord[]; step: number }>(file, LAST, identity);
  const adam = toAdamState(file, network, step);
  const best = await readBest(store, identity);
  if (history.length > epochs) return { history, best };
  loadState(network, toState(file));
  optimizer.restoreState(network.parameters, adam);
  return { history, best };
}

/**
 * Reads the best epoch's weights.
 * @returns undefined when there is no entry
 * @throws RangeError for a broken entry or another run's
 */
async function readBest(store: CheckpointStore, identity: RunIdentity): Promise<BestEpoch | undefined> {
  const bytes = await store.read(BEST);
  if (!bytes) return undefined;
  const file = decodeEntry(bytes, BEST);
  const { epoch } = fromMetadata<{ epoch: number }>(file, BEST, identity);
  return { epoch, state: toState(file) };
}

function decodeEntry(bytes: Uint8Array, name: string): Safetensors {
  try {
    return decodeSafetensors(bytes);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new RangeError(`Expected a whole checkpoint for ${name} (delete it to train anew): ${reason}`, {
      cause,
    });
  }
}

function networkTensors(network: Network): TensorToWrite[] {
  return [...allVariables(network)].map(([name, variable]) => ({
    name,
    shape: variable.shape,
    read: () => variable.dataSync() as Float32Array,
  }));
}

function stateTensors(network: Network, { state }: BestEpoch): TensorToWrite[] {
  return [...allVariables(network)].map(([name, { shape }]) => ({
    name,
    shape,
    read: () => state.get(name)!,
  }));
}

function slotTensors({ parameters }: Network, optimizer: Adam): TensorToWrite[] {
  return [...parameters].flatMap(([name, variable]) => {
    // One read fetches both slots; they are released after the second is written.
    let slots: AdamState | undefined;
    const read = () => (slots ??= optimizer.saveState(new Map([[name, variable]])));
    const mean = () => read().means.get(name)!;
    const square = () => {
      const values = read().squares.get(name)!;
      slots = undefined;
      return values;
    };
    return [
      { name: `adam.mean.${name}`, shape: variable.shape, read: mean },
      { name: `adam.square.${name}`, shape: variable.shape, read: square },
    ];
  });
}

function toAdamState(file: Safetensors, network: Network, step: number): AdamState {
  const named = (prefix: string) =>
    new Map(
      [...network.parameters].map(([name, { size }]) => {
        const values = file.tensors.get(prefix + name)?.values;
        if (values?.length === size) return [name, values];
        throw new RangeError(
          `Expected ${size} values for ${prefix}${name} but received ${values?.length ?? 'none'}`,
        );
      }),
    );
  return { step, means: named('adam.mean.'), squares: named('adam.square.') };
}

function toState({ tensors }: Safetensors): NetworkState {
  return new Map([...tensors].map(([name, { values }]) => [name, values]));
}

function toMetadata(content: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map([['training', JSON.stringify({ format: FORMAT, ...content })]]);
}

function fromMetadata<T>({ metadata }: Safetensors, name: string, identity?: RunIdentity): T {
  const content = parseMetadata(metadata.get('training'), name);
  for (const [key, value] of [...Object.entries(identity ?? {}), ['format', FORMAT] as const]) {
    const received = key === 'format' ? content.format : content.identity?.[key];
    if (received === value) continue;
    throw new RangeError(`Expected ${key} ${value} for ${name} but received ${JSON.stringify(received)}`);
  }
  return content as T;
}

function parseMetadata(
  text: string | undefined,
  name: string,
): { readonly format?: number; readonly identity?: Readonly<Record<string, unknown>> } {
  try {
    return JSON.parse(text ?? '{}') ?? {};
  } catch (error) {
    throw new RangeError(`Expected JSON for the metadata of ${name} but received other text`, {
      cause: error,
    });
  }
}
