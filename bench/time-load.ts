import * as tf from '@tensorflow/tfjs';
import { loadStore } from '../lib/faces/store/store';
import { blockSource } from '../lib/model/training/data';

/** How often a store is loaded; the first load also waits for TensorFlow to begin. */
const LOADS = 5;

/** What loading a store took. */
export interface LoadTime {
  readonly seconds: number;
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
  const start = performance.now();
  const source = blockSource(await loadStore(file));
  const tensors = source.batch(Array.from({ length: source.size }, (_, index) => index));
  // The engine takes a tensor's values when it first computes with them.
  tf.tidy(() => tensors.forEach((tensor) => tf.slice(tensor, 0, 1).dataSync()));
  const seconds = (performance.now() - start) / 1000;
  tf.dispose(tensors);
  return { seconds, faces: source.size };
}
