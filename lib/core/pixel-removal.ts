import type { Random } from './random';

/**
 * Orders pixels by importance, the most important first; equals stand in random order, so that what a map does not tell
 * apart is not told apart by its place.
 * @param importance of each pixel, any numbers
 * @param random where the order of equals comes from
 * @returns positions of the pixels
 */
export function orderPixels(importance: Float32Array, random: Random): number[] {
  return random
    .shuffle([...importance.keys()])
    .sort((first, second) => importance[second] - importance[first]);
}

/**
 * Removes pixels: they take the mean of their own picture, so that nothing but their difference from it is lost.
 * @param pictures one or more, each [h * w]
 * @param removed positions in all pictures laid end to end
 * @returns copies
 */
export function removePixels(pictures: readonly Float32Array[], removed: readonly number[]): Float32Array[] {
  const copies = pictures.map((picture) => picture.slice());
  const means = pictures.map((picture) => picture.reduce((sum, value) => sum + value, 0) / picture.length);
  for (const position of removed) {
    let [picture, at] = [0, position];
    while (at >= copies[picture].length) at -= copies[picture++].length;
    copies[picture][at] = means[picture];
  }
  return copies;
}
