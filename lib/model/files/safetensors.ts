import type * as tf from '@tensorflow/tfjs';

/** One tensor: shape and 32-bit floats in row-major order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Content of a safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedArray>;
  /** Text by name; can be JSON. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A tensor whose values are read only when they are written, so that they are not all in memory. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  /** Returns the values in row-major order. */
  readonly read: () => Float32Array;
}

/**
 * Prepares variables for {@link encodeSafetensors}.
 * @param values by name, to write instead of the variables' own
 */
export function tensorsToWrite(
  variables: ReadonlyMap<string, tf.Variable>,
  values?: ReadonlyMap<string, Float32Array>,
): TensorToWrite[] {
  return [...variables].map(([name, variable]) => ({
    name,
    shape: variable.shape,
    read: () => values?.get(name) ?? (variable.dataSync() as Float32Array),
  }));
}

/** Maximum length of the header in bytes, from the format. */
const LONGEST_HEADER = 100_000_000;
const METADATA = '__metadata__';

/**
 * Writes tensors in the safetensors format.
 * @param metadata text by name
 * @returns the file in parts, in order; each part is made on demand
 * @throws RangeError when a tensor's values do not fit its shape
 * Source: https://github.com/huggingface/safetensors, "Format".
 */
export function* encodeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: ReadonlyMap<string, string> = new Map(),
): Generator<Uint8Array> {
  yield encodeHeader(tensors, metadata);
  for (const { name, shape, read } of tensors) {
    const values = read();
    if (values.length !== sizeOf(shape)) {
      throw new RangeError(`Expected ${sizeOf(shape)} numbers for ${name} but received ${values.length}`);
    }
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

/**
 * Reads a file in the safetensors format. The content is untrusted and fully checked.
 * @param bytes the whole file
 * @returns tensors in the file's order; their values are views of `bytes` where alignment allows
 * @throws RangeError for another format, or for tensors that are not F32
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { header, dataStart } = decodeHeader(bytes);
  const data = bytes.subarray(dataStart);
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry, data.length) }))
    .sort((first, second) => first.start - second.start || first.end - second.end);
  const tensors = new Map<string, NamedArray>();
  let end = 0;
  for (const entry of entries) {
    const { name, shape, start } = entry;
    if (start !== end) throw expected('tensors without gaps or overlaps', name, `offset ${start}`);
    end = entry.end;
    tensors.set(name, { shape, values: toFloats(data.subarray(start, end)) });
  }
  if (end !== data.length) throw expected(`${end} bytes of data`, 'file', `${data.length}`);
  return { tensors, metadata: decodeMetadata(header[METADATA]) };
}

function encodeHeader(tensors: readonly TensorToWrite[], metadata: ReadonlyMap<string, string>): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const start = offset;
    offset += 4 * sizeOf(shape);
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }] as const;
  });
  const named: [string, unknown][] = metadata.size ? [[METADATA, Object.fromEntries(metadata)]] : [];
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...named, ...entries])));
  const length = 8 * Math.ceil(text.length / 8);
  // Spaces after the JSON align the floats, as the format recommends.
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

function decodeHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < 8) throw expected('at least 8 bytes', 'file', `${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const longest = Math.min(bytes.length - 8, LONGEST_HEADER);
  if (length > longest) throw expected(`at most ${longest} bytes`, 'header', `${length}`);
  const dataStart = 8 + Number(length);
  const text = new TextDecoder().decode(bytes.subarray(8, dataStart));
  try {
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return { header, dataStart };
  } catch (cause) {
    throw new RangeError(`Expected JSON for header but received ${JSON.stringify(text.slice(0, 40))}`, {
      cause,
    });
  }
  throw expected('a JSON object', 'header', text.trim().slice(0, 40));
}

function checkEntry(name: string, entry: unknown, available: number) {
  if (!isRecord(entry)) throw expected('an object', name, typeof entry);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== 'F32') throw expected('dtype F32', name, `${JSON.stringify(dtype)}`);
  if (!isSizes(shape)) throw expected('a shape of whole numbers', name, JSON.stringify(shape));
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1] || offsets[1] > available)
    throw expected(`two offsets up to ${available}`, name, JSON.stringify(offsets));
  const [start, end] = offsets;
  if (4 * sizeOf(shape) !== end - start) throw expected(`${4 * sizeOf(shape)} bytes`, name, `${end - start}`);
  return { shape, start, end };
}

function decodeMetadata(metadata: unknown): Map<string, string> {
  if (metadata === undefined) return new Map();
  if (!isRecord(metadata)) throw expected('an object', METADATA, typeof metadata);
  const entries = Object.entries(metadata);
  const stray = entries.find(([, value]) => typeof value !== 'string');
  if (stray) throw expected('text', `${METADATA}.${stray[0]}`, typeof stray[1]);
  return new Map(entries as [string, string][]);
}

function toFloats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

function expected(what: string, name: string, received: string): RangeError {
  return new RangeError(`Expected ${what} for ${name} but received ${received}`);
}
