import * as tf from '@tensorflow/tfjs';
import {
  BLOCK_SIZE,
  type BlockSet,
  expectFaces,
  FACE_SIZE,
  EYES_LANDMARKS,
  LANDMARK_COORDINATES,
  landmarksOf,
  MOUTH_LANDMARKS,
} from '../../core/blocks';
import { emotionId, EMOTIONS } from '../../core/emotions';
import { rowsToModelInput } from '../../core/image';
import { drawHeatMap, landmarksInFace, normalizeLandmarks } from '../../core/landmark-features';
import type { FrameRecord } from '../../core/record';
import { toSoftLabel } from '../../core/votes';
import type { DropoutSeed } from '../networks/network';

/** Labelled samples as a network's inputs. */
export interface TensorSource {
  /** Number of samples. */
  readonly size: number;
  /** Label ids, [size], 0 to 6. */
  readonly labels: Uint8Array;
  /** Soft labels that training uses in place of the label ids: probabilities of the seven expressions, [size, 7]. */
  readonly softLabels?: Float32Array;
  /**
   * Makes a batch.
   * @param positions of the samples, each 0 to size - 1
   * @returns the network's inputs, each [n, ...] float32; the caller disposes them
   */
  batch(positions: ArrayLike<number>): tf.Tensor[];
  /**
   * Makes a training batch with random augmentation; without it, training uses {@link batch}.
   * @returns as `batch` returns
   */
  augmentedBatch?(positions: ArrayLike<number>, seed: DropoutSeed): tf.Tensor[];
}

/** A batch of labelled training samples, with the seed of its dropout masks. */
export interface Batch {
  /** The network's inputs, each [n, ...]. */
  readonly inputs: readonly tf.Tensor[];
  /** Label ids, int32 [n], or soft labels, float32 [n, 7]. */
  readonly labels: tf.Tensor1D | tf.Tensor2D;
  readonly dropout: DropoutSeed;
}

/**
 * Makes a training batch.
 * @param positions of the samples in the source
 * @returns a batch whose tensors the caller disposes
 */
export function makeBatch(source: TensorSource, positions: readonly number[], dropout: DropoutSeed): Batch {
  const [labels, ...inputs] = tf.tidy(() => [
    gatherLabels(source, positions),
    ...(source.augmentedBatch?.(positions, dropout) ?? source.batch(positions)),
  ]);
  return { inputs, labels: labels as Batch['labels'], dropout };
}

function gatherLabels({ labels, softLabels }: TensorSource, positions: readonly number[]): tf.Tensor {
  if (!softLabels) return tf.tensor1d(Int32Array.from(positions, (position) => labels[position]));
  const classes = softLabels.length / labels.length;
  const rows = new Float32Array(positions.length * classes);
  for (const [row, position] of positions.entries())
    rows.set(softLabels.subarray(position * classes, (position + 1) * classes), row * classes);
  return tf.tensor2d(rows, [positions.length, classes]);
}

/**
 * A model's input for one face: a picture, [n, side, side, 1], 0 to 2, or landmarks normalised for position, scale and
 * roll of the head, [n, 136].
 */
export type FaceInput = 'eyes' | 'mouth' | 'face' | 'landmarks';

/** The landmarks whose heat map a whole face is multiplied by: soft attention to brows and eyes, or to the mouth. */
const HEAT_MAP_LANDMARKS = { softEyes: EYES_LANDMARKS, softMouth: MOUTH_LANDMARKS } as const;

/** Standard deviation of the Gaussians around landmarks, as a share of the face's side. */
const SIGMA = 1 / 16;

/**
 * A network's input: a model's input, the whole face under soft attention to eyes or mouth, [n, 48, 48, 1], or the
 * positions of both boxes, [n, 8]: x, y, width and height of each, in shares of the image's width and height.
 */
export type InputName = FaceInput | keyof typeof HEAT_MAP_LANDMARKS | 'boxes';

/** Side of each picture in pixels. */
export const PICTURE_SIDES = {
  eyes: BLOCK_SIZE,
  mouth: BLOCK_SIZE,
  face: FACE_SIZE,
  softEyes: FACE_SIZE,
  softMouth: FACE_SIZE,
} as const;

/**
 * Makes a source of a network's inputs for each face.
 * @param indices positions of the faces in the set; undefined: all
 * @param inputs in the order of the network's `forward`
 * @throws RangeError for an index out of range, or when an input needs whole faces and the set has none
 * Source: the original's ToTensor and Normalize(0, 0.5), that is grey / 255 / 0.5.
 */
export function inputSource(
  blocks: BlockSet,
  indices: ArrayLike<number> | undefined,
  inputs: readonly InputName[],
): TensorSource {
  const faces = chooseFaces(blocks, indices);
  const readers = inputs.map((input) => inputReader(blocks, faces, input));
  return {
    size: faces.length,
    labels: Uint8Array.from(faces, (face) => emotionId(blocks.records[face].emotion)),
    batch: (positions) => inputs.map((input, at) => inputTensor(input, readers[at](positions))),
  };
}

/** @returns a function from positions in `faces` to the input's values, one face after the other */
function inputReader(
  blocks: BlockSet,
  faces: Int32Array,
  input: InputName,
): (positions: ArrayLike<number>) => Float32Array {
  const size = sizeOfInput(input);
  if (input === 'softEyes' || input === 'softMouth') {
    const weighted = applyHeatMaps(blocks, faces, HEAT_MAP_LANDMARKS[input]);
    return (positions) => rowsToModelInput(weighted, size, positions);
  }
  const chosen = (positions: ArrayLike<number>) => Array.from(positions, (position) => faces[position]);
  if (input === 'landmarks' || input === 'boxes') {
    const rowOf = (face: number) =>
      input === 'boxes' ? boxRow(blocks, face) : normalizeLandmarks(landmarksOf(blocks, face));
    return (positions) => Float32Array.from(chosen(positions).flatMap((face) => [...rowOf(face)]));
  }
  const pictures = picturesOf(blocks, input);
  return (positions) => rowsToModelInput(pictures, size, chosen(positions));
}

/**
 * Returns a set's pictures.
 * @returns grey levels, [n, side, side], 0 to 255
 * @throws RangeError for `face` when the set has no whole faces
 */
export function picturesOf(blocks: BlockSet, input: 'eyes' | 'mouth' | 'face'): Uint8Array {
  return input === 'face' ? expectFaces(blocks).faces : blocks[input];
}

/** Multiplies whole faces by the heat map around some of their landmarks. @returns grey levels, [faces, 48, 48] */
function applyHeatMaps(blocks: BlockSet, faces: Int32Array, landmarks: readonly number[]): Uint8Array {
  const set = expectFaces(blocks);
  const area = FACE_SIZE * FACE_SIZE;
  const weighted = new Uint8Array(faces.length * area);
  for (const [row, face] of faces.entries()) {
    const points = landmarksInFace(set, face, landmarks);
    const map = drawHeatMap(points, { sizePx: FACE_SIZE, sigmaPx: SIGMA * FACE_SIZE });
    const pixels = set.faces.subarray(face * area, (face + 1) * area);
    weighted.set(
      pixels.map((level, at) => Math.round(level * map[at])),
      row * area,
    );
  }
  return weighted;
}

function boxRow({ eyesBoxes, mouthBoxes, imageSizes }: BlockSet, face: number): number[] {
  const sides = imageSizes.subarray(2 * face, 2 * face + 2);
  const relative = (boxes: Float32Array) =>
    Array.from(boxes.subarray(4 * face, 4 * face + 4), (value, i) => value / sides[i % 2]);
  return [...relative(eyesBoxes), ...relative(mouthBoxes)];
}

/** Returns the number of values of one face's input. */
export function sizeOfInput(input: InputName): number {
  return tf.util.sizeFromShape(shapeOfInput(input));
}

/** Returns the shape of one face's input, without the batch axis. */
export function shapeOfInput(input: InputName): number[] {
  if (input === 'landmarks') return [LANDMARK_COORDINATES];
  if (input === 'boxes') return [8];
  return [PICTURE_SIDES[input], PICTURE_SIDES[input], 1];
}

/**
 * Makes an input's tensor from its values.
 * @param values of n faces, one after the other
 * @returns [n, side, side, 1], [n, 136] or [n, 8]; the caller disposes it
 */
export function inputTensor(input: InputName, values: Float32Array): tf.Tensor {
  return tf.tensor(values, [values.length / sizeOfInput(input), ...shapeOfInput(input)]);
}

/**
 * Makes a source of pairs of blocks: eyes and mouth, each [n, 32, 32, 1], 0 to 2.
 * @param indices positions of the faces in the set, default all
 */
export function blockSource(blocks: BlockSet, indices?: ArrayLike<number>): TensorSource {
  return inputSource(blocks, indices, ['eyes', 'mouth']);
}

function chooseFaces(blocks: BlockSet, indices?: ArrayLike<number>): Int32Array {
  const count = blocks.records.length;
  const faces = indices ? Int32Array.from(indices) : Int32Array.from({ length: count }, (_, i) => i);
  const stray = faces.find((face) => !(face >= 0 && face < count));
  if (stray !== undefined) {
    throw new RangeError(`Expected integers between 0 and ${count - 1} for indices but received ${stray}`);
  }
  return faces;
}

/**
 * Returns soft labels: the shares of each record's votes, or 1 for its own expression without votes.
 * @returns [n, 7], each row's sum 1
 */
export function softLabelsOf(records: readonly FrameRecord[]): Float32Array {
  const rows = new Float32Array(records.length * EMOTIONS.length);
  records.forEach(({ emotion, votes }, row) => {
    const shares = votes && toSoftLabel(votes);
    if (shares) rows.set(shares, row * EMOTIONS.length);
    else rows[row * EMOTIONS.length + emotionId(emotion)] = 1;
  });
  return rows;
}
