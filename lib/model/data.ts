import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { emotionId, EMOTIONS } from '../core/emotions';
import { expectFaces, FACE_SIZE } from '../core/face-set';
import { rowsToModelInput } from '../core/image';
import { LANDMARK_FEATURES, normalizeLandmarks } from '../core/landmark-features';
import type { FrameRecord } from '../core/record';
import { toSoftLabel } from '../core/votes';
import type { DropoutSeed } from './network';
import { dimFaces, isSoftInput, type SoftInput } from './soft-attention';

/** Labelled samples that a network can be fed with. */
export interface TensorSource {
  /** How many samples there are. */
  readonly size: number;
  /** Label ids, [size], 0 to 6. */
  readonly labels: Uint8Array;
  /** Soft labels to train on in place of the label ids: probabilities of the seven, [size, 7]. */
  readonly softLabels?: Float32Array;
  /**
   * Gives a batch.
   * @param positions of the samples, each 0 to size - 1
   * @returns the network's inputs, each [n, ...] float32; the caller disposes them
   */
  batch(positions: ArrayLike<number>): tf.Tensor[];
  /**
   * Gives a batch to train on, changed at random as the seed says; a source without it trains on {@link batch}.
   * @returns as `batch` does
   */
  draw?(positions: ArrayLike<number>, seed: DropoutSeed): tf.Tensor[];
}

/**
 * What a model can see of a face: pictures, [n, side, side, 1], 0 to 2, or landmarks with place, size and tilt of the head
 * taken out, [n, 136].
 */
export type FaceInput = 'eyes' | 'mouth' | 'face' | 'landmarks';

/**
 * What a network can see: of a face; of the whole face under soft attention to eyes or mouth, [n, 48, 48, 1]; or only the
 * places of both boxes, [n, 8].
 */
export type InputName = FaceInput | SoftInput | 'boxes';

/** Numbers of the two boxes: x, y, width and height of each, in parts of the image's width and height. */
const BOX_NUMBERS = 8;

/** Side of each picture in pixels. */
export const PICTURE_SIDES = {
  eyes: BLOCK_SIZE,
  mouth: BLOCK_SIZE,
  face: FACE_SIZE,
  softEyes: FACE_SIZE,
  softMouth: FACE_SIZE,
} as const;

/**
 * Makes a source of what a network sees of each face.
 * @param indices which of the set's faces
 * @param inputs in the order in which the network takes them
 * @throws RangeError when the whole face is asked for and the set has none, or for an index out of range
 * Source: the original's ToTensor and Normalize(0, 0.5), that is grey / 255 / 0.5.
 */
export function inputSource(
  blocks: BlockSet,
  indices: ArrayLike<number> | undefined,
  inputs: readonly InputName[],
): TensorSource {
  const faces = chooseFaces(blocks, indices);
  const pictures = picturesOf(blocks, inputs);
  const dimmed = new Map(inputs.filter(isSoftInput).map((input) => [input, dimFaces(blocks, faces, input)]));
  const gather = (input: InputName, positions: ArrayLike<number>) => {
    if (isSoftInput(input)) return gatherPictures(dimmed.get(input)!, FACE_SIZE, positions);
    const rows = Array.from(positions, (position) => faces[position]);
    if (input !== 'landmarks' && input !== 'boxes')
      return gatherPictures(pictures[input]!, PICTURE_SIDES[input], rows);
    const read = input === 'landmarks' ? landmarkRow : boxRow;
    const values = new Float32Array(rows.length * sizeOfInput(input));
    rows.forEach((face, row) => values.set(read(blocks, face), row * sizeOfInput(input)));
    return inputTensor(input, values);
  };
  return {
    size: faces.length,
    labels: labelsOf(blocks, faces),
    batch: (positions) => inputs.map((input) => gather(input, positions)),
  };
}

/**
 * Gives the grey levels of the pictures among some inputs.
 * @returns [n, side, side] each, 0 to 255
 * @throws RangeError when the whole face is asked for and the set has none
 */
export function picturesOf(
  blocks: BlockSet,
  inputs: readonly InputName[],
): { readonly eyes: Uint8Array; readonly mouth: Uint8Array; readonly face?: Uint8Array } {
  const { eyes, mouth } = blocks;
  return inputs.includes('face') ? { eyes, mouth, face: expectFaces(blocks).faces } : { eyes, mouth };
}

/** Counts the numbers of one face that an input has. */
export function sizeOfInput(input: InputName): number {
  return shapeOfInput(input).reduce((product, length) => product * length);
}

/** Gives the shape of an input of one face. */
export function shapeOfInput(input: InputName): number[] {
  if (input === 'landmarks') return [LANDMARK_FEATURES];
  if (input === 'boxes') return [BOX_NUMBERS];
  return [PICTURE_SIDES[input], PICTURE_SIDES[input], 1];
}

/**
 * Makes an input's tensor of its numbers.
 * @param values of n faces, one after the other
 * @returns [n, side, side, 1] or [n, 136]; the caller disposes it
 */
export function inputTensor(input: InputName, values: Float32Array): tf.Tensor {
  return tf.tensor(values, [values.length / sizeOfInput(input), ...shapeOfInput(input)]);
}

/**
 * Makes a source of block pairs: eyes and mouth, each [n, 32, 32, 1], 0 to 2.
 * @param indices which of the set's faces, default all
 */
export function blockSource(blocks: BlockSet, indices?: ArrayLike<number>): TensorSource {
  return inputSource(blocks, indices, ['eyes', 'mouth']);
}

/**
 * Gathers grey pictures as networks take them.
 * @param pixels grey levels, [n, side, side], 0 to 255
 * @param rows which of the n
 * @returns [rows, side, side, 1], 0 to 2; the caller disposes it
 */
export function gatherPictures(pixels: Uint8Array, side: number, rows: ArrayLike<number>): tf.Tensor4D {
  return tf.tensor4d(rowsToModelInput(pixels, side * side, rows), [rows.length, side, side, 1]);
}

/**
 * Makes a source of the two boxes' places alone: x, y, width, height of the eyes block's, then of the mouth
 * block's, in parts of the image's width and height, [n, 8]. It shows what can be told without a single pixel.
 * @param indices which of the set's faces, default all
 */
export function boxSource(blocks: BlockSet, indices?: ArrayLike<number>): TensorSource {
  return inputSource(blocks, indices, ['boxes']);
}

function landmarkRow({ landmarks }: BlockSet, face: number): Float32Array {
  return normalizeLandmarks(landmarks.subarray(face * LANDMARK_FEATURES, (face + 1) * LANDMARK_FEATURES));
}

function boxRow({ eyesBoxes, mouthBoxes, imageSizes }: BlockSet, face: number): number[] {
  const sides = imageSizes.subarray(2 * face, 2 * face + 2);
  const relative = (boxes: Float32Array) =>
    Array.from(boxes.subarray(4 * face, 4 * face + 4), (value, i) => value / sides[i % 2]);
  return [...relative(eyesBoxes), ...relative(mouthBoxes)];
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
 * Gives the soft labels of records: the shares of their votes, or all of their own expression without any.
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

function labelsOf(blocks: BlockSet, faces: Int32Array): Uint8Array {
  return Uint8Array.from(faces, (face) => emotionId(blocks.records[face].emotion));
}
