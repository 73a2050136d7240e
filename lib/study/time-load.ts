import * as tf from '@tensorflow/tfjs';
import { loadStore } from '../faces/store-file';
import { blockSource } from '../model/data';

/** How often a store is loaded; the first load also waits for TensorFlow to begin. */
const LOADS = 5;

/** What loading a store took. */
export interface LoadTime {
  /** On the wall. */
  readonly seconds: number;
  /** On the processor, all threads together. */
  readonly cpuSeconds: number;
  readonly faces: number;
}

/**
 * Measures how long a store takes from its file to training tensors that the engine has, on the wall.
 * @param file the store's path
 * @returns the median of five loads
 */
export async function timeLoad(file: string): Promise<LoadTime> {
  const loads = [];
  for (let load = 0; load < LOADS; load++) loads.push(await timeOnce(file));
  loads.sort((one, other) => one.seconds - other.seconds);
  return loads[Math.floor(LOADS / 2)];
}

async function timeOnce(file: string): Promise<LoadTime> {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()];
  const source = blockSource(await loadStore(file));
  const tensors = source.batch(Array.from({ length: source.size }, (_, index) => index));
  // The engine takes a tensor's values when it first computes with them.
  tf.tidy(() => tensors.forEach((tensor) => tf.slice(tensor, 0, 1).dataSync()));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  tf.dispose(tensors);
  return { seconds, cpuSeconds: (user + system) / 1e6, faces: source.size };
}
