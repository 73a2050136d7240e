import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, type BlockSet, expectFaces, FACE_SIZE } from '../../core/blocks';
import { emotionId, EMOTIONS } from '../../core/emotions';
import { rowsToModelInput } from '../../core/image';
import { normalizeLandmarks } from '../../core/landmark-features';
import { LANDMARK_COORDINATES, landmarksOf } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { toSoftLabel } from '../../core/votes';
import type { DropoutSeed } from '../networks/network';
import { applyHeatMaps, isSoftInput, type SoftInput } from '../networks/soft-attention';

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

/**
 * A network's input: a model's input, the whole face under soft attention to eyes or mouth, [n, 48, 48, 1], or the
 * positions of both boxes, [n, 8].
 */
export type InputName = FaceInput | SoftInput | 'boxes';

/** Number of values of both boxes: x, y, width and height of each, in shares of the image's width and height. */
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
  const pictures = picturesOf(blocks, inputs);
  const weighted = new Map(
    inputs.filter(isSoftInput).map((input) => [input, applyHeatMaps(blocks, faces, input)]),
  );
  const gather = (input: InputName, positions: ArrayLike<number>) => {
    if (isSoftInput(input)) return gatherPictures(weighted.get(input)!, FACE_SIZE, positions);
    const rows = Array.from(positions, (position) => faces[position]);
    if (input !== 'landmarks' && input !== 'boxes')
      return gatherPictures(pictures[input]!, PICTURE_SIDES[input], rows);
    const values = new Float32Array(rows.length * sizeOfInput(input));
    rows.forEach((face, row) => {
      const own =
        input === 'landmarks' ? normalizeLandmarks(landmarksOf(blocks, face)) : boxRow(blocks, face);
      values.set(own, row * sizeOfInput(input));
    });
    return inputTensor(input, values);
  };
  return {
    size: faces.length,
    labels: labelsOf(blocks, faces),
    batch: (positions) => inputs.map((input) => gather(input, positions)),
  };
}

/**
 * Returns the set's pictures: both blocks, and the whole faces when `face` is an input.
 * @returns grey levels, each [n, side, side], 0 to 255
 * @throws RangeError when `face` is an input and the set has no whole faces
 */
export function picturesOf(
  blocks: BlockSet,
  inputs: readonly InputName[],
): { readonly eyes: Uint8Array; readonly mouth: Uint8Array; readonly face?: Uint8Array } {
  const { eyes, mouth } = blocks;
  return inputs.includes('face') ? { eyes, mouth, face: expectFaces(blocks).faces } : { eyes, mouth };
}

/** Returns the number of values of one face's input. */
export function sizeOfInput(input: InputName): number {
  return shapeOfInput(input).reduce((product, length) => product * length);
}

/** Returns the shape of one face's input, without the batch axis. */
export function shapeOfInput(input: InputName): number[] {
  if (input === 'landmarks') return [LANDMARK_COORDINATES];
  if (input === 'boxes') return [BOX_NUMBERS];
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

/**
 * Makes a tensor of selected grey pictures.
 * @param pixels grey levels, [n, side, side], 0 to 255
 * @param rows positions of the pictures, each 0 to n - 1
 * @returns [rows, side, side, 1], 0 to 2; the caller disposes it
 */
function gatherPictures(pixels: Uint8Array, side: number, rows: ArrayLike<number>): tf.Tensor4D {
  return tf.tensor4d(rowsToModelInput(pixels, side * side, rows), [rows.length, side, side, 1]);
}

/**
 * Makes a source of the positions of both boxes: x, y, width, height of the eyes block's, then of the mouth block's, in
 * shares of the image's width and height, [n, 8]. It shows which accuracy is possible without pixels.
 * @param indices positions of the faces in the set, default all
 */
export function boxSource(blocks: BlockSet, indices?: ArrayLike<number>): TensorSource {
  return inputSource(blocks, indices, ['boxes']);
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

function labelsOf(blocks: BlockSet, faces: Int32Array): Uint8Array {
  return Uint8Array.from(faces, (face) => emotionId(blocks.records[face].emotion));
}
