import { EMOTIONS } from '../core/emotions';
import { TEMPERATURE_RANGE } from '../core/temperature';
import { findArchitecture } from './architectures';
import { loadState, stateVariables, type Network, type NetworkState } from './network';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors';

/** What a model file says of its model, beside the weights. */
export interface ModelFacts {
  /** Name of the network, such as `Compact`. */
  readonly architecture: string;
  /** Names of the classes in the logits' order: always {@link EMOTIONS}. */
  readonly labels: readonly string[];
  /** Pixels that each block's box grew by on each side in training. */
  readonly marginPx: number;
  /** Median longer side of the landmarks' box in training, in pixels: what the margin is to be seen against. */
  readonly faceSizePx: number;
  /** What the logits are divided by before softmax, fitted on samples that training did not see. */
  readonly temperature: number;
  /** SHA-256 of the blocks and labels that it was trained on, hexadecimal. */
  readonly trainingData: string;
  /** One sentence: what it was trained on and how well it does on what. */
  readonly description: string;
}

/** A model that is ready to be asked. */
export interface Model extends ModelFacts {
  /** Takes [eyes, mouth], and landmarks after them where its architecture sees them; whoever loaded the model disposes it. */
  readonly network: Network;
}

/** The largest model file that is read: TerGat's takes 142 MB. */
export const MAX_MODEL_BYTES = 256 * 2 ** 20;

const FORMAT = 'prior-attention-model/1';

/**
 * Writes a model as a safetensors file, its facts as the file's metadata.
 * @param state default the network's own
 * @returns the file in parts, in order
 */
export function encodeModel(network: Network, facts: ModelFacts, state?: NetworkState): Iterable<Uint8Array> {
  const tensors = [...stateVariables(network)].map(([name, variable]) => ({
    name,
    shape: variable.shape,
    read: () => state?.get(name) ?? (variable.dataSync() as Float32Array),
  }));
  const entries = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return encodeSafetensors(tensors, new Map([['format', FORMAT], ...entries] as [string, string][]));
}

/**
 * Reads a model file. Size, format, facts and numbers are checked before the network is built, names and
 * shapes before its weights are set.
 * @param bytes the whole file
 * @param name what to call it in messages
 * @throws RangeError that names the file and what is wrong with it
 */
export function decodeModel(bytes: Uint8Array, name: string): Model {
  try {
    if (bytes.length > MAX_MODEL_BYTES)
      throw new RangeError(`Expected at most ${MAX_MODEL_BYTES} bytes for file but received ${bytes.length}`);
    const file = decodeSafetensors(bytes);
    const facts = readFacts(file.metadata);
    checkValues(file);
    const network = findArchitecture(facts.architecture).build({ seed: 0 });
    try {
      checkShapes(file, network);
      loadState(network, new Map([...file.tensors].map(([key, { values }]) => [key, values])));
    } catch (error) {
      network.dispose();
      throw error;
    }
    return { ...facts, network };
  } catch (error) {
    throw new RangeError(`Expected a model file for ${name}: ${(error as Error).message}`, { cause: error });
  }
}

function readFacts(metadata: ReadonlyMap<string, string>): ModelFacts {
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
  const variables = stateVariables(network);
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
