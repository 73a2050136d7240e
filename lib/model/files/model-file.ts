import { EMOTIONS } from '../../core/emotions';
import { TEMPERATURE_RANGE } from '../../core/calibration';
import { findArchitecture } from '../architectures';
import { loadState, allVariables, type Network, type NetworkState } from '../networks/network';
import { decodeSafetensors, encodeSafetensors, tensorsToWrite, type Safetensors } from './safetensors';

/** A model's data other than its weights, as a model file stores them. */
export interface ModelMetadata {
  /** Name of the architecture, such as `Compact`. */
  readonly architecture: string;
  /** Names of the classes in the order of the logits: always {@link EMOTIONS}. */
  readonly labels: readonly string[];
  /** Margin on each side of the blocks' boxes in training, in pixels. */
  readonly marginPx: number;
  /** Median size of the training faces (longer side of the landmarks' box), in pixels; the margin refers to it. */
  readonly faceSizePx: number;
  /** Divisor of the logits before softmax, fitted on samples that were not trained on. */
  readonly temperature: number;
  /** SHA-256 of the training blocks and labels, hexadecimal. */
  readonly trainingData: string;
  /** One sentence about the training data and the measured accuracy. */
  readonly description: string;
}

/** A model with its network. */
export interface Model extends ModelMetadata {
  /** The network, with its architecture's inputs; whoever loads the model disposes it. */
  readonly network: Network;
}

/** Largest model file that is read; TerGat's has 142 MB. */
export const MAX_MODEL_BYTES = 256 * 2 ** 20;

const FORMAT = 'prior-attention-model/1';

/**
 * Writes a model as a safetensors file: weights and metadata.
 * @param state default the network's own
 * @returns the file in parts, in order
 */
export function encodeModel(
  network: Network,
  metadata: ModelMetadata,
  state?: NetworkState,
): Iterable<Uint8Array> {
  const entries = Object.entries(metadata).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const all = new Map([['format', FORMAT], ...entries] as [string, string][]);
  return encodeSafetensors(tensorsToWrite(allVariables(network), state), all);
}

/**
 * Reads a model file. Size, format, metadata and values are checked before the network is built; names and shapes are
 * checked before its weights are set.
 * @param bytes the whole file
 * @param name of the file in messages
 * @returns the model; the caller disposes its network
 * @throws RangeError that names the file and the error
 */
export function decodeModel(bytes: Uint8Array, name: string): Model {
  try {
    if (bytes.length > MAX_MODEL_BYTES)
      throw new RangeError(`Expected at most ${MAX_MODEL_BYTES} bytes for file but received ${bytes.length}`);
    const file = decodeSafetensors(bytes);
    const metadata = readModelMetadata(file.metadata);
    checkValues(file);
    const network = findArchitecture(metadata.architecture).build({ seed: 0 });
    try {
      checkShapes(file, network);
      loadState(network, new Map([...file.tensors].map(([key, { values }]) => [key, values])));
    } catch (error) {
      network.dispose();
      throw error;
    }
    return { ...metadata, network };
  } catch (error) {
    throw new RangeError(`Expected a model file for ${name}: ${(error as Error).message}`, { cause: error });
  }
}

function readModelMetadata(metadata: ReadonlyMap<string, string>): ModelMetadata {
  const text = (name: string) => {
    const value = metadata.get(name);
    if (value !== undefined) return value;
    throw new RangeError(`Expected text for the metadata's ${name} but received none`);
  };
  if (text('format') !== FORMAT)
    throw new RangeError(`Expected ${FORMAT} for the metadata's format but received ${text('format')}`);
  const labels = JSON.stringify(EMOTIONS);
  if (text('labels') !== labels)
    throw new RangeError(`Expected ${labels} for the metadata's labels but received ${text('labels')}`);
  const trainingData = text('trainingData');
  if (!/^[0-9a-f]{64}$/.test(trainingData))
    throw new RangeError(`Expected a SHA-256 for the metadata's trainingData but received ${trainingData}`);
  const number = (key: string, least: number, most: number) => readNumber(key, text(key), { least, most });
  return {
    architecture: text('architecture'),
    labels: EMOTIONS,
    marginPx: number('marginPx', 0, 1000),
    faceSizePx: number('faceSizePx', 1, 100_000),
    temperature: number('temperature', TEMPERATURE_RANGE.least, TEMPERATURE_RANGE.most),
    trainingData,
    description: text('description'),
  };
}

function readNumber(
  name: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new RangeError(
    `Expected a number between ${least} and ${most} for the metadata's ${name} but received ${text}`,
  );
}

function checkValues({ tensors }: Safetensors): void {
  for (const [name, { values }] of tensors) {
    const position = values.findIndex((value) => !Number.isFinite(value));
    if (position >= 0)
      throw new RangeError(`Expected finite numbers for ${name} but received ${values[position]}`);
  }
}

function checkShapes({ tensors }: Safetensors, network: Network): void {
  const variables = allVariables(network);
  const stray = [...tensors.keys()].find((name) => !variables.has(name));
  if (stray !== undefined)
    throw new RangeError(`Expected weights of ${network.name} only but received ${stray}`);
  for (const [name, { shape }] of variables) {
    const received = tensors.get(name)?.shape;
    if (received?.join() !== shape.join())
      throw new RangeError(
        `Expected shape [${shape}] for ${name} but received ${received ? `[${received}]` : 'none'}`,
      );
  }
}
