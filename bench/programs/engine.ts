import * as tf from '@tensorflow/tfjs';
import { startEngine, type EngineInfo } from '../../lib/tensor/backend';
import { registerWasmTrainingKernels, unregisterWasmTrainingKernels } from '../../lib/tensor/wasm';
import type { Ready } from '../protocol';

/**
 * Starts the engine of the `ENGINE` environment variable, with or without this project's kernels.
 * @param kind `stock`: only the kernels of tfjs' own packages
 */
export async function startProgramEngine(kind: 'ours' | 'stock'): Promise<EngineInfo> {
  const info = await startEngine();
  if (info.backend === 'wasm') {
    if (kind === 'ours') registerWasmTrainingKernels();
    else unregisterWasmTrainingKernels();
  }
  return info;
}

/** Returns the versions of tfjs and of TensorFlow. */
export function engineVersions({ tensorflow }: EngineInfo): Ready['versions'] {
  return { tfjs: tf.version_core, ...(tensorflow ? { TensorFlow: tensorflow } : {}) };
}

/** Returns the number of tensors and the resident memory of this process. */
export function memoryNow(): { readonly tensors: number; readonly residentMb: number } {
  return { tensors: tf.memory().numTensors, residentMb: process.memoryUsage().rss / 2 ** 20 };
}
