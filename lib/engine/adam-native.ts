import * as tf from '@tensorflow/tfjs';
import type { AdamRates, AdamSlots, AdamValues } from './adam-slots';
import { nativeAttributes, type NativeBackend } from './native';

/**
 * Keeps Adam's memory of a variable in native resource variables and steps by ResourceApplyAdam: one pass over
 * the weights where tfjs operations make ten.
 * @param values the memory to begin with, default zeros
 * @returns slots; the caller disposes them
 */
export function createNativeSlots(
  backend: NativeBackend,
  variable: tf.Variable,
  values?: AdamValues,
): AdamSlots {
  const { shape } = variable;
  const handles = {
    weights: createResource(backend, shape),
    mean: createResource(backend, shape),
    square: createResource(backend, shape),
  };
  assignArray(backend, handles.mean, shape, values?.mean);
  assignArray(backend, handles.square, shape, values?.square);
  let lastWritten: object | undefined;
  return {
    apply(gradient, rates) {
      // Someone else may have assigned to the variable since: weights that were loaded, say.
      if (variable.dataId !== lastWritten) assignTensor(backend, handles.weights, variable);
      releaseData(backend, variable);
      applyAdam(backend, handles, gradient, rates);
      const updated = readResource(backend, handles.weights);
      variable.assign(updated);
      updated.dispose();
      lastWritten = variable.dataId;
    },
    read: () => ({
      mean: readArray(backend, handles.mean),
      square: readArray(backend, handles.square),
    }),
    dispose: () => Object.values(handles).forEach((handle) => destroyResource(backend, handle)),
  };
}

/**
 * Lets go of the variable's own hold on its data, so that TensorFlow, being the only holder, may write in place
 * and does not copy 142 MB first. Whoever cloned the variable holds it too: then TensorFlow copies, as it must.
 */
function releaseData(backend: NativeBackend, variable: tf.Variable): void {
  const data = backend.tensorMap.get(variable.dataId);
  if (data.refCount > 1) return;
  backend.binding.deleteTensor(data.id);
  data.id = -1;
}

function applyAdam(
  backend: NativeBackend,
  handles: { readonly weights: number; readonly mean: number; readonly square: number },
  gradient: tf.Tensor,
  { stepSize, beta1, beta2, epsilon }: AdamRates,
): void {
  const { binding } = backend;
  // Powers of beta given as 0 turn the kernel's own bias correction off: in float32 it would lose digits at
  // the first steps, and the step size has it already.
  const scalars = [0, 0, stepSize, beta1, beta2, epsilon].map((value) =>
    binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)),
  );
  const inputs = [handles.weights, handles.mean, handles.square, ...scalars];
  const attributes = nativeAttributes(binding, {
    T: { type: 'float32' },
    use_locking: false,
    use_nesterov: false,
  });
  binding.executeOp(
    'ResourceApplyAdam',
    attributes,
    [...inputs, ...backend.getInputTensorIds([gradient])],
    0,
  );
  scalars.forEach((id) => binding.deleteTensor(id));
}

// This name asks TensorFlow for a resource of its own at every call.
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

function createResource({ binding }: NativeBackend, shape: readonly number[]): number {
  const attributes = nativeAttributes(binding, {
    container: '',
    shared_name: ANONYMOUS,
    dtype: { type: 'float32' },
    shape: { shape },
  });
  return binding.executeOp('VarHandleOp', attributes, [], 1)[0].id;
}

function destroyResource({ binding }: NativeBackend, handle: number): void {
  const attributes = nativeAttributes(binding, { ignore_lookup_error: true });
  binding.executeOp('DestroyResourceOp', attributes, [handle], 0);
  binding.deleteTensor(handle);
}

function assignTensor(backend: NativeBackend, handle: number, value: tf.Tensor): void {
  const attributes = nativeAttributes(backend.binding, { dtype: { type: 'float32' } });
  backend.binding.executeOp(
    'AssignVariableOp',
    attributes,
    [handle, ...backend.getInputTensorIds([value])],
    0,
  );
}

function assignArray(
  backend: NativeBackend,
  handle: number,
  shape: readonly number[],
  values?: Float32Array,
): void {
  tf.tidy(() =>
    assignTensor(backend, handle, values ? tf.tensor(values.slice(), [...shape]) : tf.zeros([...shape])),
  );
}

function readResource(backend: NativeBackend, handle: number): tf.Tensor {
  const { binding } = backend;
  const attributes = nativeAttributes(binding, { dtype: { type: 'float32' } });
  const output = binding.executeOp('ReadVariableOp', attributes, [handle], 1)[0];
  return backend.createOutputTensor(output);
}

// Not inside of a tidy: that would look for tensors in each of the array's millions of elements.
function readArray(backend: NativeBackend, handle: number): Float32Array {
  const tensor = readResource(backend, handle);
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
