import type { BlockSet } from '../core/blocks';
import { LANDMARK_FEATURES, mirrorFeatures, normalizeLandmarks } from '../core/landmark-features';
import { createRandom, type Random } from '../core/random';
import { isSoftInput } from './soft-attention';
import { inputSource, inputTensor, PICTURE_SIDES, picturesOf, sizeOfInput, type InputName, type TensorSource } from './data'; // prettier-ignore

/** How far training samples are changed. None of it makes another expression of a face. */
export interface Augmentation {
  /** Chance that a face is mirrored, 0 to 1. */
  readonly mirror: number;
  /** Greatest shift of a picture along each axis, as a share of its side. */
  readonly shift: number;
  /** Greatest change of a picture's size, as a share. */
  readonly zoom: number;
  /** Greatest turn of a picture, radians. */
  readonly turn: number;
  /** Greatest change of contrast, as a share; brightness changes by as much. */
  readonly light: number;
  /** Chance that a rectangle of a picture is made grey, 0 to 1. */
  readonly erase: number;
  /** Standard deviation of what is added to each landmark's coordinates, in distances between the eyes. */
  readonly landmarkNoise: number;
}

/** For drawn faces. Chosen on development characters. */
export const AUGMENTATION: Augmentation = {
  mirror: 0.5,
  shift: 1 / 16,
  zoom: 0.12,
  turn: 0.12,
  light: 0.3,
  erase: 0,
  landmarkNoise: 0.015,
};

/** For photographs. Chosen on FER+'s validation side. */
export const STRONG_AUGMENTATION: Augmentation = {
  mirror: 0.5,
  shift: 1 / 12,
  zoom: 0.15,
  turn: 0.25,
  light: 0.3,
  erase: 0.5,
  landmarkNoise: 0.015,
};

/** What an augmented source gives, and how it is changed. */
export interface AugmentedOptions {
  /** In the order in which the network takes them; default eyes, mouth, landmarks. */
  readonly inputs?: readonly InputName[];
  /** Default {@link AUGMENTATION}. */
  readonly augmentation?: Augmentation;
}

/**
 * Makes a source that training draws changed samples of: mirrored, shifted, turned, zoomed, in other light, with an
 * erased rectangle. The pictures of one face share mirror and light; the rest is each picture's own.
 * @param indices which of the set's faces
 * @throws RangeError when the face is asked for and the set has no whole faces
 */
export function augmentedSource(
  blocks: BlockSet,
  indices: ArrayLike<number>,
  { inputs = ['eyes', 'mouth', 'landmarks'], augmentation = AUGMENTATION }: AugmentedOptions = {},
): TensorSource {
  const pictures = picturesOf(blocks, inputs);
  const draw: TensorSource['draw'] = (positions, { seed, epoch, step }) => {
    const random = createRandom(seed, 'augment', epoch, step);
    const batch = inputs.map((input) => new Float32Array(positions.length * sizeOfInput(input)));
    for (let row = 0; row < positions.length; row++) {
      const face = indices[positions[row]];
      const isMirrored = random.next() < augmentation.mirror;
      const light = drawLight(augmentation, random);
      for (const [at, input] of inputs.entries()) {
        const size = sizeOfInput(input);
        const target = batch[at].subarray(row * size, (row + 1) * size);
        if (input === 'boxes' || isSoftInput(input))
          throw new RangeError(`Expected eyes, mouth, face or landmarks for inputs but received ${input}`);
        if (input === 'landmarks') {
          target.set(drawLandmarks(blocks, face, { augmentation, isMirrored, random }));
          continue;
        }
        const picture = pictures[input]!.subarray(face * size, (face + 1) * size);
        const side = PICTURE_SIDES[input];
        resample(picture, { side, place: drawPlace(side, augmentation, isMirrored, random), light, target });
        if (augmentation.erase > 0 && random.next() < augmentation.erase) erase(target, side, random);
      }
    }
    return inputs.map((input, at) => inputTensor(input, batch[at]));
  };
  return { ...inputSource(blocks, indices, inputs), draw };
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

function drawPlace(
  side: number,
  { zoom, turn, shift }: Augmentation,
  isMirrored: boolean,
  random: Random,
): Place {
  const shiftPx = shift * side;
  const angle = random.uniform(-turn, turn);
  const scale = 1 + random.uniform(-zoom, zoom);
  const flip = isMirrored ? -1 : 1;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const [x, y] = [random.uniform(-shiftPx, shiftPx), random.uniform(-shiftPx, shiftPx)];
  return { xx: flip * cos, xy: flip * -sin, yx: sin, yy: cos, x, y };
}

/** Reads a picture at moved places, bilinearly; beyond the edge its outermost pixels go on. */
function resample(
  picture: Uint8Array,
  change: {
    readonly side: number;
    readonly place: Place;
    readonly light: Light;
    readonly target: Float32Array;
  },
): void {
  const { side, place, light, target } = change;
  const [middle, last] = [(side - 1) / 2, side - 1];
  const clamp = (value: number) => Math.min(last, Math.max(0, value));
  const scale = (light.gain * 2) / 255;
  const base = 1 - light.gain + light.offset;
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      const [dx, dy] = [column - middle, row - middle];
      const x = clamp(middle + place.x + place.xx * dx + place.xy * dy);
      const y = clamp(middle + place.y + place.yx * dx + place.yy * dy);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(last, left + 1), Math.min(last, top + 1)];
      const [fx, fy] = [x - left, y - top];
      const above = picture[top * side + left] * (1 - fx) + picture[top * side + right] * fx;
      const below = picture[bottom * side + left] * (1 - fx) + picture[bottom * side + right] * fx;
      target[at] = base + scale * (above * (1 - fy) + below * fy);
    }
  }
}

/** Makes a rectangle of a fifth to a half of each side grey. */
function erase(target: Float32Array, side: number, random: Random): void {
  const [width, height] = [0, 1].map(() => Math.round(side * random.uniform(0.2, 0.5)));
  const [left, top] = [width, height].map((size) => random.integer(side - size + 1));
  for (let row = top; row < top + height; row++) target.fill(1, row * side + left, row * side + left + width);
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
