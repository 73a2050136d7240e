import { EMOTIONS } from '../../core/emotions';
import { TEMPERATURE_RANGE } from '../../core/calibration';
import { findArchitecture } from '../architectures';
import { loadState, allVariables, type Network } from '../networks/network';
import { decodeSafetensors, encodeSafetensors, tensorsToWrite, type Safetensors } from './safetensors';

/** A model's data other than its weights, as a model file stores them. */
export interface ModelMetadata {
  /** Name of the architecture, such as `Compact`. */
  readonly architecture: string;
  /** Names of the classes in the order of the logits: always {@link EMOTIONS}. */
  readonly labels: readonly string[];
  /** Margin on each side of the blocks' boxes, in pixels, for a face of `faceSizePx`. */
  readonly marginPx: number;
  /** Longer side of the landmarks' box, in pixels: the training faces' median, or a constant if the margin scaled. */
  readonly faceSizePx: number;
  /** Divisor of the logits before softmax, fitted on the validation set; 1 if not fitted. */
  readonly temperature: number;
  /** SHA-256 of the training faces' inputs, labels and votes, hexadecimal; zeros if unknown. */
  readonly trainingData: string;
  /** One sentence about the training data and the measured accuracy. */
  readonly description: string;
}

/** The content of a model file. */
export interface Model extends ModelMetadata {
  /** The network, which the caller disposes. */
  readonly network: Network;
}

/** Largest model file that is read; TerGat's has 142 MB. */
export const MAX_MODEL_BYTES = 256 * 2 ** 20;

const FORMAT = 'prior-attention-model/1';

/** Writes a model as a safetensors file: weights and metadata. @returns the file in parts, in order */
export function encodeModel(network: Network, metadata: ModelMetadata): Iterable<Uint8Array> {
  const entries = Object.entries(metadata).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const all = new Map([['format', FORMAT], ...entries] as [string, string][]);
  return encodeSafetensors(tensorsToWrite(allVariables(network)), all);
}

/**
 * Reads a model file. Size, format and metadata are checked before the network is built; names, shapes and values of the
 * tensors are checked before its weights are set.
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
    const network = findArchitecture(metadata.architecture).build({ seed: 0 });
    try {
      checkTensors(file.tensors, network);
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
  const expect = (name: string, what: string, isRight: (value: string) => boolean) => {
    const value = metadata.get(name);
    if (value !== undefined && isRight(value)) return value;
    throw new RangeError(`Expected ${what} for the metadata's ${name} but received ${value ?? 'none'}`);
  };
  const text = (name: string) => expect(name, 'text', () => true);
  const number = (name: string, least: number, most: number) => {
    const isInside = (value: string) =>
      value.trim() !== '' && Number(value) >= least && Number(value) <= most;
    return Number(expect(name, `a number between ${least} and ${most}`, isInside));
  };
  const labels = JSON.stringify(EMOTIONS);
  expect('format', FORMAT, (value) => value === FORMAT);
  expect('labels', labels, (value) => value === labels);
  return {
    architecture: text('architecture'),
    labels: EMOTIONS,
    marginPx: number('marginPx', 0, 1000),
    faceSizePx: number('faceSizePx', 1, 100_000),
    temperature: number('temperature', TEMPERATURE_RANGE.least, TEMPERATURE_RANGE.most),
    trainingData: expect('trainingData', 'a SHA-256', (value) => /^[0-9a-f]{64}$/.test(value)),
    description: text('description'),
  };
}

function checkTensors(tensors: Safetensors['tensors'], network: Network): void {
  const variables = allVariables(network);
  for (const [name, { values }] of tensors) {
    if (!variables.has(name))
      throw new RangeError(`Expected weights of ${network.name} only but received ${name}`);
    const stray = values.find((value) => !Number.isFinite(value));
    if (stray !== undefined)
      throw new RangeError(`Expected finite numbers for ${name} but received ${stray}`);
  }
  for (const [name, { shape }] of variables) {
    const received = tensors.get(name)?.shape;
    if (received?.join() === shape.join()) continue;
    const found = received ? `[${received}]` : 'none';
    throw new RangeError(`Expected shape [${shape}] for ${name} but received ${found}`);
  }
}
