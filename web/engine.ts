import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

/**
 * Starts TensorFlow.js: wasm, which every browser of today runs alike, or what the address asks for by `?backend=`.
 * @param asked `wasm` or `webgl`; anything else is wasm
 * @returns the backend that runs
 */
export async function startBrowserEngine(asked: string | null): Promise<string> {
  setWasmPaths('wasm/');
  const wanted = asked === 'webgl' ? 'webgl' : 'wasm';
  if (!(await tf.setBackend(wanted)) && !(await tf.setBackend('cpu')))
    throw new Error(`Expected ${wanted} to run in this browser but it did not`);
  await tf.ready();
  return tf.getBackend();
}
