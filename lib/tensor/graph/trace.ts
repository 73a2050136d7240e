import type * as tf from '@tensorflow/tfjs';
import type { NativeAttribute, NativeBackend, NativeBinding, NativeOutput } from '../native/addon';

/** A native operation that ran. Tensors are told by the addon's numbers, which no other tensor ever gets. */
export interface TracedOperation {
  readonly name: string;
  readonly attributes: readonly NativeAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly NativeOutput[];
}

/** Numbers that JavaScript handed over while operations ran, such as a shape or a factor. */
export interface TracedConstant {
  readonly shape: readonly number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
  readonly values: tf.TypedArray;
}

/** What a computation asked of native TensorFlow. */
export interface NativeTrace {
  /** In the order in which they ran. */
  readonly operations: readonly TracedOperation[];
  /** By the addon's number of their tensor, in the order in which they were handed over. */
  readonly constants: ReadonlyMap<number, TracedConstant>;
}

/**
 * Runs a computation and writes down each native operation that it consists of, so that the same can be done again
 * without JavaScript. What depends on a tensor's numbers must be left to operations.
 * @returns what the computation gave, which the caller disposes, and its trace
 * @throws Error when the computation reads a tensor's numbers: what JavaScript made of them would be fixed for good
 */
export function traceNative<Result>(
  backend: NativeBackend,
  compute: () => Result,
): { readonly result: Result; readonly trace: NativeTrace } {
  const { binding, readSync } = backend;
  const trace = { operations: [], constants: new Map<number, TracedConstant>() };
  backend.binding = observe(binding, trace);
  backend.readSync = () => {
    throw new Error('Expected a computation of operations alone but it reads the numbers of a tensor');
  };
  try {
    return { result: compute(), trace };
  } finally {
    backend.binding = binding;
    backend.readSync = readSync;
  }
}

function observe(
  binding: NativeBinding,
  trace: { readonly operations: TracedOperation[]; readonly constants: Map<number, TracedConstant> },
): NativeBinding {
  const executeOp: NativeBinding['executeOp'] = (name, attributes, inputs, outputs) => {
    const given = binding.executeOp(name, attributes, inputs, outputs);
    trace.operations.push({ name, attributes, inputs: [...inputs], outputs: given });
    return given;
  };
  const createTensor: NativeBinding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values);
    trace.constants.set(id, { shape: [...shape], dtype, values });
    return id;
  };
  const runSavedModel = () => {
    throw new Error('Expected a computation of operations alone but it runs a graph');
  };
  // The addon's own properties cannot be written to, but those of an object that inherits them can be its own.
  return Object.create(binding, {
    executeOp: { value: executeOp },
    createTensor: { value: createTensor },
    runSavedModel: { value: runSavedModel },
  }) as NativeBinding;
}
