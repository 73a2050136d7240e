import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { LANDMARK_FEATURES, mirrorFeatures, normalizeLandmarks } from '../core/landmark-features';
import { createRandom, type Random } from '../core/random';
import { combinedSource, type TensorSource } from './data';

/** How far training samples are changed. None of it makes another expression of a face. */
export interface Augmentation {
  /** Chance that a face is mirrored, 0 to 1. */
  readonly mirror: number;
  /** Greatest shift of a block along each axis, pixels of the block. */
  readonly shiftPx: number;
  /** Greatest change of a block's size, as a share. */
  readonly zoom: number;
  /** Greatest turn of a block, radians. */
  readonly turn: number;
  /** Greatest change of contrast, as a share; brightness changes by as much. */
  readonly light: number;
  /** Standard deviation of what is added to each landmark's coordinates, in distances between the eyes. */
  readonly landmarkNoise: number;
}

/** Chosen on development characters. */
export const AUGMENTATION: Augmentation = {
  mirror: 0.5,
  shiftPx: 2,
  zoom: 0.12,
  turn: 0.12,
  light: 0.3,
  landmarkNoise: 0.015,
};

const AREA = BLOCK_SIZE * BLOCK_SIZE;

/**
 * Makes a source of block pairs with their landmarks, as `combinedSource` does, that training draws changed samples
 * of: mirrored, shifted, turned, zoomed, in other light. Eyes and mouth of one face share mirror and light; the rest
 * is each block's own.
 * @param indices which of the set's faces
 */
export function augmentedSource(
  blocks: BlockSet,
  indices: ArrayLike<number>,
  augmentation: Augmentation = AUGMENTATION,
): TensorSource {
  const draw: TensorSource['draw'] = (positions, { seed, epoch, step }) => {
    const random = createRandom(seed, 'augment', epoch, step);
    const [eyes, mouth] = [0, 1].map(() => new Float32Array(positions.length * AREA));
    const points = new Float32Array(positions.length * LANDMARK_FEATURES);
    for (let row = 0; row < positions.length; row++) {
      const face = indices[positions[row]];
      const isMirrored = random.next() < augmentation.mirror;
      const light = drawLight(augmentation, random);
      const change = (pixels: Uint8Array, target: Float32Array) => {
        const place = drawPlace(augmentation, isMirrored, random);
        const block = pixels.subarray(face * AREA, (face + 1) * AREA);
        resample(block, { place, light, target: target.subarray(row * AREA, (row + 1) * AREA) });
      };
      change(blocks.eyes, eyes);
      change(blocks.mouth, mouth);
      points.set(drawLandmarks(blocks, face, { augmentation, isMirrored, random }), row * LANDMARK_FEATURES);
    }
    const shape: [number, number, number, number] = [positions.length, BLOCK_SIZE, BLOCK_SIZE, 1];
    return [
      tf.tensor4d(eyes, shape),
      tf.tensor4d(mouth, shape),
      tf.tensor2d(points, [positions.length, LANDMARK_FEATURES]),
    ];
  };
  return { ...combinedSource(blocks, indices), draw };
}

/** Maps a pixel's distance from the block's middle to where it is read. */
interface Place {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
}

/** Grey level g of 0 to 2 becomes 1 + gain * (g - 1) + offset. */
interface Light {
  readonly gain: number;
  readonly offset: number;
}

function drawLight({ light }: Augmentation, random: Random): Light {
  return { gain: 1 + random.uniform(-light, light), offset: random.uniform(-light, light) };
}

function drawPlace({ zoom, turn, shiftPx }: Augmentation, isMirrored: boolean, random: Random): Place {
  const angle = random.uniform(-turn, turn);
  const scale = 1 + random.uniform(-zoom, zoom);
  const flip = isMirrored ? -1 : 1;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const [x, y] = [random.uniform(-shiftPx, shiftPx), random.uniform(-shiftPx, shiftPx)];
  return { xx: flip * cos, xy: flip * -sin, yx: sin, yy: cos, x, y };
}

/** Reads a block at moved places, bilinearly; beyond the edge its outermost pixels go on. */
function resample(
  block: Uint8Array,
  change: { readonly place: Place; readonly light: Light; readonly target: Float32Array },
): void {
  const { place, light, target } = change;
  const [middle, last] = [(BLOCK_SIZE - 1) / 2, BLOCK_SIZE - 1];
  const clamp = (value: number) => Math.min(last, Math.max(0, value));
  const scale = (light.gain * 2) / 255;
  const base = 1 - light.gain + light.offset;
  for (let row = 0, at = 0; row < BLOCK_SIZE; row++) {
    for (let column = 0; column < BLOCK_SIZE; column++, at++) {
      const [dx, dy] = [column - middle, row - middle];
      const x = clamp(middle + place.x + place.xx * dx + place.xy * dy);
      const y = clamp(middle + place.y + place.yx * dx + place.yy * dy);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(last, left + 1), Math.min(last, top + 1)];
      const [fx, fy] = [x - left, y - top];
      const above = block[top * BLOCK_SIZE + left] * (1 - fx) + block[top * BLOCK_SIZE + right] * fx;
      const below = block[bottom * BLOCK_SIZE + left] * (1 - fx) + block[bottom * BLOCK_SIZE + right] * fx;
      target[at] = base + scale * (above * (1 - fy) + below * fy);
    }
  }
}

function drawLandmarks(
  { landmarks }: BlockSet,
  face: number,
  how: { readonly augmentation: Augmentation; readonly isMirrored: boolean; readonly random: Random },
): Float32Array {
  const { augmentation, isMirrored, random } = how;
  const own = landmarks.subarray(face * LANDMARK_FEATURES, (face + 1) * LANDMARK_FEATURES);
  const features = normalizeLandmarks(own);
  const chosen = isMirrored ? mirrorFeatures(features) : features;
  return chosen.map((value) => value + augmentation.landmarkNoise * random.normal());
}
