import * as tf from '@tensorflow/tfjs';
import { startEngine, type EngineInfo } from '../../engine/tensorflow';
import { registerWasmTrainingKernels, unregisterWasmTrainingKernels } from '../../engine/wasm';
import type { Ready } from '../protocol';

/**
 * Starts the engine that the `ENGINE` environment variable names, with what this project adds to it, or without.
 * @param kind `stock`: only what tfjs' own packages bring
 */
export async function startContenderEngine(kind: 'ours' | 'stock'): Promise<EngineInfo> {
  const info = await startEngine();
  if (info.backend === 'wasm') {
    if (kind === 'ours') registerWasmTrainingKernels();
    else unregisterWasmTrainingKernels();
  }
  return info;
}

/** Tells the versions of what computes. */
export function engineVersions({ tensorflow }: EngineInfo): Ready['versions'] {
  return { tfjs: tf.version_core, ...(tensorflow ? { TensorFlow: tensorflow } : {}) };
}

/** Tells what lives in this process now. */
export function memoryNow(): { readonly tensors: number; readonly residentMb: number } {
  return { tensors: tf.memory().numTensors, residentMb: process.memoryUsage().rss / 2 ** 20 };
}
