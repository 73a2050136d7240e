import type { BlockSet } from '../../core/blocks';
import { intersectionOverUnion } from '../../core/geometry';
import { EYES_LANDMARKS, MOUTH_LANDMARKS, landmarkBox, landmarksOf } from '../../core/landmarks';
import { mean } from '../../core/intervals';

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
  const frames = blocks.records.flatMap(({ path, character }, index) => {
    const truth = trueLandmarks.get(path);
    const found = landmarksOf(blocks, index);
    return truth
      ? [{ character, eyes: iou(found, truth, EYES_LANDMARKS), mouth: iou(found, truth, MOUTH_LANDMARKS) }]
      : [];
  });
  const misses = blocks.skipped.filter(({ record }) => trueLandmarks.has(record.path));
  frames.push(...misses.map(({ record }) => ({ character: record.character, eyes: 0, mouth: 0 })));
  if (frames.length === 0)
    throw new RangeError('Expected true landmarks of at least 1 frame for trueLandmarks but received none');
  const summarise = (block: 'eyes' | 'mouth') =>
    summary(frames.map(({ character, [block]: value }) => ({ character, value })));
  return { frames: frames.length, eyes: summarise('eyes'), mouth: summarise('mouth') };
}

function iou(found: Float32Array, truth: Float32Array, chosen: readonly number[]): number {
  return intersectionOverUnion(landmarkBox(found, chosen), landmarkBox(truth, chosen));
}

interface Measured {
  readonly character: string;
  readonly value: number;
}

function summary(frames: readonly Measured[]): BlockIou {
  const values = frames.map(({ value }) => value).sort((first, second) => first - second);
  const byCharacter = new Map<string, number[]>();
  for (const { character, value } of frames) {
    if (!byCharacter.has(character)) byCharacter.set(character, []);
    byCharacter.get(character)!.push(value);
  }
  const means = [...byCharacter].map(([character, own]) => ({ character, mean: mean(own) }));
  const worst = means.reduce((lowest, next) => (next.mean < lowest.mean ? next : lowest));
  return { mean: mean(values), percentile5: values[Math.floor(0.05 * (values.length - 1))], worst };
}
