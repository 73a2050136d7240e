import type * as tf from '@tensorflow/tfjs';
import type { NativeAttribute, NativeBackend, NativeBinding, NativeOutput } from '../native/addon';

/** A native operation that ran. Inputs and outputs are the addon's tensor ids, which are never reused. */
export interface TracedOperation {
  readonly name: string;
  readonly attributes: readonly NativeAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly NativeOutput[];
}

/** A tensor that JavaScript created while operations ran, such as a shape or a factor. */
export interface TracedConstant {
  readonly shape: readonly number[];
  /** TensorFlow's constant for the type. */
  readonly dtype: number;
  readonly values: tf.TypedArray;
}

/** The native operations and constants of a computation. */
export interface NativeTrace {
  /** In the order of execution. */
  readonly operations: readonly TracedOperation[];
  /** By the addon's tensor id, in the order of creation. */
  readonly constants: ReadonlyMap<number, TracedConstant>;
}

/**
 * Runs a computation and records its native operations, so that a graph can repeat them without JavaScript.
 * @returns the result, which the caller disposes, and the trace
 * @throws Error when the computation reads a tensor's values: a graph would always use the values of this run
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
  // The addon's properties are read-only; an object that inherits from it can override them.
  return Object.create(binding, {
    executeOp: { value: executeOp },
    createTensor: { value: createTensor },
    runSavedModel: { value: runSavedModel },
  }) as NativeBinding;
}
