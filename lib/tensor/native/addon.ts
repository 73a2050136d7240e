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

/** The part of tfjs-node's addon that this project uses. */
export interface NativeBinding {
  readonly TF_Version: string;
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

/** TensorFlow's numbers of the types of tensors. Source: tf_datatype.h. */
export const TYPES = { float32: 1, int32: 3, int64: 9 } as const;

/** TensorFlow's numbers of the kinds of attributes. Source: tf_attrtype.h. */
export const KINDS = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/**
 * Attributes of an operation by name. A value whose kind is ambiguous in JavaScript is wrapped: `{ int: 1 }`,
 * `{ float: 1 }`, `{ type: TYPES.float32 }`, `{ shape: [1, 2] }`.
 */
export type AttributeValues = Readonly<
  Record<string, boolean | string | Readonly<Partial<Record<keyof typeof KINDS, NativeAttribute['value']>>>>
>;

/** Converts attributes to the addon's form. */
export function nativeAttributes(values: AttributeValues): NativeAttribute[] {
  return Object.entries(values).map(([name, value]) => {
    if (typeof value === 'boolean') return { name, type: KINDS.bool, value };
    if (typeof value === 'string') return { name, type: KINDS.string, value };
    const [kind, inner] = Object.entries(value)[0];
    return { name, type: KINDS[kind as keyof typeof KINDS], value: inner };
  });
}
