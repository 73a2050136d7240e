import type { BlockSet } from './blocks';
import { intersectionOverUnion } from './geometry';
import { groupBy } from './group-by';
import { mean } from './intervals';
import { EYES_LANDMARKS, MOUTH_LANDMARKS, landmarkBox, landmarksOf } from './landmarks';
import type { FrameRecord } from './record';

/** How well one block's boxes agree with the true ones: intersection over union, 0 to 1. */
export interface BlockIou {
  readonly mean: number;
  /** A twentieth of the frames is below it. */
  readonly percentile5: number;
  /** The character with the lowest mean. */
  readonly worst: { readonly character: string; readonly mean: number };
}

/** How well the boxes of both blocks agree with the true ones. */
export interface BlockIouReport {
  /** Frames that were measured, misses included. */
  readonly frames: number;
  readonly eyes: BlockIou;
  readonly mouth: BlockIou;
}

/**
 * Measures the boxes around the landmarks that were found, without a margin, against those around the true ones. A
 * frame without blocks counts 0.
 * @param trueLandmarks by path, [68, 2] in pixels; frames that are not in it are left out
 * @throws RangeError when none of the frames is in it
 */
export function measureBlockIou(
  blocks: BlockSet,
  trueLandmarks: ReadonlyMap<string, Float32Array>,
): BlockIouReport {
  const found = blocks.records.map((record, index) => ({ record, landmarks: landmarksOf(blocks, index) }));
  const frames: { record: FrameRecord; landmarks?: Float32Array }[] = [...found, ...blocks.skipped].filter(
    ({ record }) => trueLandmarks.has(record.path),
  );
  if (frames.length === 0)
    throw new RangeError('Expected true landmarks of at least 1 frame for trueLandmarks but received none');
  const summarize = (chosen: readonly number[]): BlockIou => {
    const measured = frames.map(({ record: { path, character }, landmarks }) => {
      if (!landmarks) return { character, iou: 0 };
      const [box, truth] = [landmarks, trueLandmarks.get(path)!].map((all) => landmarkBox(all, chosen));
      return { character, iou: intersectionOverUnion(box, truth) };
    });
    const values = measured.map(({ iou }) => iou).sort((first, second) => first - second);
    const means = Array.from(
      groupBy(measured, ({ character }) => character),
      ([character, own]) => ({
        character,
        mean: mean(own.map(({ iou }) => iou)),
      }),
    );
    const worst = means.reduce((lowest, next) => (next.mean < lowest.mean ? next : lowest));
    return { mean: mean(values), percentile5: values[Math.floor(0.05 * (values.length - 1))], worst };
  };
  return { frames: frames.length, eyes: summarize(EYES_LANDMARKS), mouth: summarize(MOUTH_LANDMARKS) };
}
