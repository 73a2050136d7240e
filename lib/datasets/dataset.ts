import type { FrameRecord } from '../core/record';

/** A data set as a reader gives it: where it lies, and one record an image. */
export interface Dataset {
  /** Name that reports show. */
  readonly name: string;
  /** Whether its faces are drawn by this project; such figures are never compared with others'. */
  readonly synthetic: boolean;
  /** Absolute path that the records' paths start from. */
  readonly directory: string;
  /** Sorted by path. */
  readonly records: readonly FrameRecord[];
  /** True landmarks by path, [68, 2] in pixels, where the data set knows them. */
  readonly trueLandmarks?: ReadonlyMap<string, Float32Array>;
  /** Whether the images are cropped faces: then each whole image is taken for a face, and no detector is asked. */
  readonly cropped?: boolean;
  /** Whether the margin around blocks has as many pixels at a face of any size, as in the original's work on FERG-DB. */
  readonly fixedMargin?: boolean;
  /** What a user should know of how it was read: what was left out. */
  readonly notes?: readonly string[];
}

/**
 * Marks a data set's images as cropped faces, where its reader cannot know. The margin follows the face then: these are
 * not the images whose faces have one size.
 * @param cropped false: as the reader tells
 */
export function markCropped<D extends Dataset>(dataset: D, cropped: boolean): D {
  return cropped ? { ...dataset, cropped: true, fixedMargin: false } : dataset;
}
