import { type BlockSet, landmarksOf } from '../../core/blocks';
import { mirrorFeatures, normalizeLandmarks } from '../../core/landmark-features';
import { createRandom, type Random } from '../../core/random';
import {
  inputSource,
  inputTensor,
  PICTURE_SIDES,
  picturesOf,
  sizeOfInput,
  type InputName,
  type TensorSource,
} from './data';

/** Ranges of the data augmentation. The changes do not affect a face's expression. */
export interface Augmentation {
  /** Probability that a face is mirrored, 0 to 1. */
  readonly mirror: number;
  /** Largest shift of a picture along each axis, as a share of its side. */
  readonly shift: number;
  /** Largest change of a picture's size, as a share. */
  readonly zoom: number;
  /** Largest rotation of a picture, radians. */
  readonly turn: number;
  /** Largest change of contrast, as a share, and of brightness, in the network's input of 0 to 2. */
  readonly light: number;
  /** Probability that a rectangle of a picture is replaced by grey, 0 to 1. */
  readonly erase: number;
  /** Standard deviation of the noise on each landmark coordinate, in distances between the eyes. */
  readonly landmarkNoise: number;
}

/** Settings for drawn faces, chosen on development characters. */
export const AUGMENTATION: Augmentation = {
  mirror: 0.5,
  shift: 1 / 16,
  zoom: 0.12,
  turn: 0.12,
  light: 0.3,
  erase: 0,
  landmarkNoise: 0.015,
};

/** Settings for photographs, chosen on FER+'s validation set. */
export const STRONG_AUGMENTATION: Augmentation = {
  mirror: 0.5,
  shift: 1 / 12,
  zoom: 0.15,
  turn: 0.25,
  light: 0.3,
  erase: 0.5,
  landmarkNoise: 0.015,
};

/** The training inputs of a network. */
export interface TrainingInputs {
  /** Inputs in the order of the network's `forward`. */
  readonly inputs: readonly InputName[];
  /** Data augmentation of the training samples; default none. */
  readonly augmentation?: Augmentation;
}

/**
 * Makes a training source. With data augmentation, its samples are mirrored, shifted, rotated, zoomed, changed in light and
 * partly erased at random. The pictures of one face share mirroring and light; the other changes are drawn for each.
 * @param faces positions of the faces in the block set
 * @throws RangeError for augmented soft attention or boxes, or when `face` is an input and the set has no whole faces
 */
export function trainingSource(
  { inputs, augmentation }: TrainingInputs,
  blocks: BlockSet,
  faces: readonly number[],
): TensorSource {
  const source = inputSource(blocks, faces, inputs);
  if (!augmentation) return source;
  const changers = inputs.map((input) => inputChanger(blocks, input, augmentation));
  const augmentedBatch: TensorSource['augmentedBatch'] = (positions, { seed, epoch, step }) => {
    const random = createRandom(seed, 'augment', epoch, step);
    const batch = inputs.map((input) => new Float32Array(positions.length * sizeOfInput(input)));
    for (let row = 0; row < positions.length; row++) {
      const isMirrored = random.next() < augmentation.mirror;
      const light = drawLight(augmentation, random);
      for (const [at, change] of changers.entries()) {
        const size = sizeOfInput(inputs[at]);
        const target = batch[at].subarray(row * size, (row + 1) * size);
        change(faces[positions[row]], { isMirrored, light, random }, target);
      }
    }
    return inputs.map((input, at) => inputTensor(input, batch[at]));
  };
  return { ...source, augmentedBatch };
}

/** What the inputs of one face share. */
interface FaceChange {
  readonly isMirrored: boolean;
  readonly light: Light;
  readonly random: Random;
}

/** @returns a function that writes the changed input of a face to `target` */
function inputChanger(
  blocks: BlockSet,
  input: InputName,
  augmentation: Augmentation,
): (face: number, change: FaceChange, target: Float32Array) => void {
  if (input === 'landmarks')
    return (face, { isMirrored, random }, target) => {
      const features = normalizeLandmarks(landmarksOf(blocks, face));
      const chosen = isMirrored ? mirrorFeatures(features) : features;
      chosen.forEach((value, at) => (target[at] = value + augmentation.landmarkNoise * random.normal()));
    };
  if (input !== 'eyes' && input !== 'mouth' && input !== 'face')
    throw new RangeError(`Expected eyes, mouth, face or landmarks for inputs but received ${input}`);
  const pictures = picturesOf(blocks, input);
  const side = PICTURE_SIDES[input];
  return (face, { isMirrored, light, random }, target) => {
    const picture = pictures.subarray(face * side * side, (face + 1) * side * side);
    resample(picture, target, drawPlace(side, augmentation, isMirrored, random), light);
    if (augmentation.erase > 0 && random.next() < augmentation.erase) erase(target, side, random);
  };
}

/** Affine map from a target pixel's offset from the picture's centre to the source position. */
type Place = Readonly<Record<'xx' | 'xy' | 'yx' | 'yy' | 'x' | 'y', number>>;

/** Changes a grey level g, 0 to 2, to 1 + gain * (g - 1) + offset. */
type Light = Readonly<Record<'gain' | 'offset', number>>;

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

/** Resamples a picture bilinearly at the mapped positions; outside the picture, the nearest edge pixel is repeated. */
function resample(picture: Uint8Array, target: Float32Array, place: Place, light: Light): void {
  const side = Math.sqrt(picture.length);
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

/** Replaces a rectangle by grey; each of its sides is a fifth to a half of the picture's. */
function erase(target: Float32Array, side: number, random: Random): void {
  const [width, height] = [0, 1].map(() => Math.round(side * random.uniform(0.2, 0.5)));
  const [left, top] = [width, height].map((size) => random.integer(side - size + 1));
  for (let row = top; row < top + height; row++) target.fill(1, row * side + left, row * side + left + width);
}
