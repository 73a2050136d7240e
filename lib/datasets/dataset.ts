import type { FrameRecord } from '../core/record';

/** A data set: its folder, and one record per image. */
export interface Dataset {
  /** Name in reports. */
  readonly name: string;
  /** Whether this project drew the faces. Results on drawn faces are never compared with published results. */
  readonly synthetic: boolean;
  /** Absolute path of the folder that the records' paths are relative to. */
  readonly directory: string;
  /** Sorted by path. */
  readonly records: readonly FrameRecord[];
  /** True landmarks by the record's path, [68, 2] as x and y in pixels, when known. */
  readonly trueLandmarks?: ReadonlyMap<string, Float32Array>;
  /** Whether the images are cropped faces. They are used whole, without a face detector. */
  readonly cropped?: boolean;
  /** Whether the blocks' margin has the same number of pixels for faces of any size, as in the original on FERG-DB. */
  readonly fixedMargin?: boolean;
  /** Images with votes but no label by the chosen rule. They are no records, but some protocols count them. */
  readonly unlabelled?: readonly Pick<FrameRecord, 'path' | 'side' | 'votes'>[];
  /** Notes for the user, such as the number of images left out. */
  readonly notes?: readonly string[];
}

/**
 * Marks a data set's images as cropped faces. The margin then scales with the face.
 * @param cropped false leaves the data set unchanged
 */
export function markCropped<D extends Dataset>(dataset: D, cropped: boolean): D {
  return cropped ? { ...dataset, cropped: true, fixedMargin: false } : dataset;
}
