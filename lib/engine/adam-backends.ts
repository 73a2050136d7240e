import type * as tf from '@tensorflow/tfjs';
import { createNativeSlots } from './adam-native';
import type { AdamSlots, AdamValues } from './adam-slots';
import { createTensorSlots } from './adam-tensors';
import { nativeBackend } from './native';
import { createWasmSlots, wasmTrainingBackend } from './wasm';

/**
 * Makes a variable's memory of Adam where the backend in use is quickest.
 * @param values the memory to begin with, default zeros
 */
export function createSlots(variable: tf.Variable, values?: AdamValues): AdamSlots {
  const native = nativeBackend();
  if (native) return createNativeSlots(native, variable, values);
  const wasm = wasmTrainingBackend();
  return wasm ? createWasmSlots(wasm, variable, values) : createTensorSlots(variable, values);
}
