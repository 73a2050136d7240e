import type * as tf from '@tensorflow/tfjs';
import type { RasterImage } from './images';

/**
 * Makes a grey picture of each feature map of the batch's first sample: 0 is black, the map's own maximum white. A map
 * without a value above 0 is black.
 * @param maps [n, height, width, channels], 0 or more, such as what relu gives; it is not disposed
 * @returns one picture a channel
 */
export function featureMaps(maps: tf.Tensor4D): RasterImage[] {
  const [, height, width, channels] = maps.shape;
  const values = maps.dataSync();
  return Array.from({ length: channels }, (_, channel) => {
    const map = Float32Array.from({ length: height * width }, (_, at) => values[at * channels + channel]);
    const highest = map.reduce((most, value) => Math.max(most, value), 0);
    const data = Uint8Array.from(map, (value) => (highest > 0 ? Math.round((255 * value) / highest) : 0));
    return { width, height, data };
  });
}
