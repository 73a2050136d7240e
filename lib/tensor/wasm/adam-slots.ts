import * as tf from '@tensorflow/tfjs';
import type { AdamSlots, AdamValues } from '../adam-slots';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf } from './module';

/**
 * Stores Adam's state of a variable in two tensors of the wasm backend. A step updates the weights in place in one pass;
 * tfjs operations need ten passes.
 * @param values initial state, default zeros
 * @returns slots, which the caller disposes
 */
export function createWasmSlots(backend: WasmBackend, variable: tf.Variable, values?: AdamValues): AdamSlots {
  const slot = (data?: Float32Array) =>
    tf.tidy(() => tf.keep(data ? tf.tensor(data, variable.shape) : tf.zeros(variable.shape)));
  const [mean, square] = [slot(values?.mean), slot(values?.square)];
  return {
    apply(gradient, { beta1, beta2, stepSize, epsilon }) {
      takeOwnCopy(backend, variable);
      const [w, m, v, g] = [variable, mean, square, gradient].map((tensor) => addressOf(backend, tensor));
      kernelsOf(backend).adam(w, m, v, g, variable.size, 1 - beta1, 1 - beta2, stepSize, epsilon);
      forgetDerived(backend, variable);
    },
    read: () => ({
      mean: mean.dataSync() as Float32Array,
      square: square.dataSync() as Float32Array,
    }),
    dispose: () => tf.dispose([mean, square]),
  };
}

/** Copies a variable's data if a clone shares them, before they are overwritten. */
function takeOwnCopy(backend: WasmBackend, variable: tf.Variable): void {
  if (backend.dataIdMap.get(variable.dataId).refCount === 1) return;
  const copy = backend.makeOutput(variable.shape, variable.dtype);
  const from = addressOf(backend, variable);
  backend.wasm.HEAPU8.copyWithin(addressOf(backend, copy), from, from + 4 * variable.size);
  const tensor = tf.engine().makeTensorFromTensorInfo(copy);
  variable.assign(tensor);
  tensor.dispose();
}

/**
 * Registers overwritten data under a new id with tfjs' C++ code, which caches packed weights by id and would continue to
 * use the old ones.
 */
function forgetDerived(backend: WasmBackend, variable: tf.Variable): void {
  const data = backend.dataIdMap.get(variable.dataId);
  backend.wasm.tfjs.disposeData(data.id);
  data.id = backend.dataIdNextNumber++;
  backend.wasm.tfjs.registerTensor(data.id, variable.size, data.memoryOffset);
}
