import * as tf from '@tensorflow/tfjs';

/** One attribute of a TensorFlow operation, in the form that tfjs-node's addon takes. */
export interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string | readonly number[];
}

/** An output tensor of an operation, as the addon describes it. */
export interface NativeOutput {
  /** The addon's id of the tensor; its owner deletes it. */
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The part of tfjs-node's addon that this project uses. The numbers are TensorFlow's constants. */
export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
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
  /** Loads a SavedModel's graph into a session. @returns the session's id; its owner deletes it */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** Returns the number of loaded sessions. */
  getNumOfSavedModels(): number;
  /** Runs a session. Names have the form `operation:output` and are joined by commas. */
  runSavedModel(
    session: number,
    inputIds: readonly number[],
    inputs: string,
    outputs: string,
  ): NativeOutput[];
}

/** The native backend's record of a tensor's data. */
export interface NativeData {
  readonly shape: readonly number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
  /** The addon's id of the tensor; -1 until the values are copied to TensorFlow. */
  id: number;
  values: tf.TypedArray | null;
  refCount: number;
}

/** The part of tfjs-node's `tensorflow` backend that this project uses. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  binding: NativeBinding;
  readonly tensorMap: {
    get(dataId: object): NativeData;
    has(dataId: object): boolean;
    set(dataId: object, data: NativeData): void;
    delete(dataId: object): void;
  };
  /** Reads the values of a tensor's data. */
  readSync: (dataId: object) => tf.TypedArray;
  /** Makes a tfjs tensor from an operation's output; the caller disposes it. */
  createOutputTensor(output: NativeOutput): tf.Tensor;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  executeMultipleOutputs(
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** Returns the native TensorFlow backend when it is the current backend, otherwise undefined. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : undefined;
}

const TYPES = { float32: 'TF_FLOAT', int32: 'TF_INT32', int64: 'TF_INT64' } as const;

/** Attributes of an operation by name. */
export type AttributeValues = Readonly<Record<string, NativeAttributeValue>>;

/** Values whose TensorFlow type is ambiguous in JavaScript are wrapped: `{ int: 1 }`, `{ float: 1 }`, `{ type: 'float32' }`. */
type NativeAttributeValue =
  | boolean
  | string
  | { readonly int: number | readonly number[] }
  | { readonly float: number }
  | { readonly type: keyof typeof TYPES }
  | { readonly shape: readonly number[] };

/** Converts attributes to the addon's form. */
export function nativeAttributes(binding: NativeBinding, values: AttributeValues): NativeAttribute[] {
  return Object.entries(values).map(([name, value]) => ({ name, ...toAttribute(binding, value) }));
}

function toAttribute(binding: NativeBinding, value: NativeAttributeValue): Omit<NativeAttribute, 'name'> {
  if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'string') return { type: binding.TF_ATTR_STRING, value };
  if ('int' in value) return { type: binding.TF_ATTR_INT, value: value.int };
  if ('float' in value) return { type: binding.TF_ATTR_FLOAT, value: value.float };
  if ('shape' in value) return { type: binding.TF_ATTR_SHAPE, value: value.shape };
  return { type: binding.TF_ATTR_TYPE, value: binding[TYPES[value.type]] };
}
