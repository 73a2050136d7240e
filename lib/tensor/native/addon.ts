import * as tf from '@tensorflow/tfjs';

/** One attribute of a TensorFlow operation, in the form that tfjs-node's addon takes. */
export interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** What the addon tells of a tensor that an operation gave. */
export interface NativeOutput {
  /** The addon's number of the tensor; whoever holds it has to delete it. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The part of tfjs-node's addon that this project calls. The numbers are TensorFlow's own constants. */
export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_UINT8: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  executeOp(
    name: string,
    attributes: readonly NativeAttribute[],
    inputIds: readonly number[],
    outputs: number,
  ): NativeOutput[];
  createTensor(shape: readonly number[], dtype: number, values: tf.TypedArray): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): tf.TypedArray;
  /** Loads a SavedModel's graph into a session. @returns the session's number; whoever holds it has to delete it */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** How many sessions there are. */
  getNumOfSavedModels(): number;
  /** Runs a session: names are `operation:output`, joined by commas. */
  runSavedModel(
    session: number,
    inputIds: readonly number[],
    inputs: string,
    outputs: string,
  ): NativeOutput[];
}

/** What the native backend remembers of a tensor's data. */
interface NativeData {
  /** The addon's number; -1 before the values were handed over. */
  id: number;
  values: tf.TypedArray | null;
  readonly refCount: number;
}

/** The tensorflow backend of tfjs-node, as far as this project calls it. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  binding: NativeBinding;
  readonly tensorMap: { get(dataId: object): NativeData; has(dataId: object): boolean };
  /** Reads a tensor's numbers, by what tfjs knows its data by. */
  readSync: (dataId: object) => tf.TypedArray;
  /** Makes a tensor of an operation's output; the caller disposes it. */
  createOutputTensor(output: NativeOutput): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  executeMultipleOutputs(
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/**
 * Gives native TensorFlow's backend where it is the one that computes.
 * @returns undefined on every other backend
 */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;
}

/** A type of TensorFlow's that an attribute can name. */
export type NativeType = 'float32' | 'int32' | 'int64' | 'uint8' | 'bool';

/** Attributes of an operation by name: the kind is told from the value, see {@link nativeAttributes}. */
export type AttributeValues = Readonly<Record<string, NativeAttributeValue>>;

/** A value whose TensorFlow type JavaScript cannot tell is wrapped: `{ int: 1 }`, `{ float: 1 }`, `{ type: 'float32' }`. */
export type NativeAttributeValue =
  | boolean
  | string
  | { readonly int: number | readonly number[] }
  | { readonly float: number }
  | { readonly type: NativeType }
  | { readonly shape: readonly number[] };

/** Turns attributes into the addon's form. */
export function nativeAttributes(binding: NativeBinding, values: AttributeValues): NativeAttribute[] {
  return Object.entries(values).map(([name, value]) => ({ name, ...toAttribute(binding, value) }));
}

function toAttribute(binding: NativeBinding, value: NativeAttributeValue): Omit<NativeAttribute, 'name'> {
  if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'string') return { type: binding.TF_ATTR_STRING, value };
  if ('int' in value) return { type: binding.TF_ATTR_INT, value: value.int };
  if ('float' in value) return { type: binding.TF_ATTR_FLOAT, value: value.float };
  if ('shape' in value) return { type: binding.TF_ATTR_SHAPE, value: value.shape };
  return { type: binding.TF_ATTR_TYPE, value: toNativeType(binding, value.type) };
}

function toNativeType(binding: NativeBinding, type: NativeType): number {
  const types = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    int64: binding.TF_INT64,
    uint8: binding.TF_UINT8,
    bool: binding.TF_BOOL,
  };
  return types[type];
}

/**
 * Runs one TensorFlow operation on tensors.
 * @param operation.outputs how many tensors it gives, default 1
 * @returns the tensors, which the surrounding tidy or the caller disposes
 */
export function executeNative(
  backend: NativeBackend,
  operation: {
    readonly name: string;
    readonly attributes?: AttributeValues;
    readonly inputs: readonly tf.TensorInfo[];
    readonly outputs?: number;
  },
): tf.Tensor[] {
  const { name, attributes = {}, inputs, outputs = 1 } = operation;
  return backend.executeMultipleOutputs(name, nativeAttributes(backend.binding, attributes), inputs, outputs);
}
