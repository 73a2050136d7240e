import type { Random } from './random';

/**
 * Orders pixels by importance, highest first. Ties are in random order, so that position does not decide between pixels
 * of equal importance.
 * @param importance of each pixel, any numbers
 * @param random source of the order of ties
 * @returns positions of the pixels
 */
export function orderPixels(importance: Float32Array, random: Random): number[] {
  return random
    .shuffle([...importance.keys()])
    .sort((first, second) => importance[second] - importance[first]);
}

/**
 * Removes pixels for the deletion test: each removed pixel gets the mean of its own picture.
 * @param pictures one or more, each [h * w]
 * @param removed positions in the concatenation of all pictures
 * @returns copies
 */
export function fillWithMean(pictures: readonly Float32Array[], removed: readonly number[]): Float32Array[] {
  const copies = pictures.map((picture) => picture.slice());
  const means = pictures.map((picture) => picture.reduce((sum, value) => sum + value, 0) / picture.length);
  for (const position of removed) {
    let [picture, at] = [0, position];
    while (at >= copies[picture].length) at -= copies[picture++].length;
    copies[picture][at] = means[picture];
  }
  return copies;
}
