import { BLOCK_SIZE, FACE_SIZE, type BlockSet } from './blocks';
import { boundingBox, centerOf, clampBox, growBox, longerSide, type Box } from './geometry';
import { type GrayImage, type RgbImage, cropGray, cropRepeating, resizeBilinear } from './image';

/** Number of landmarks of a face, in dlib's (iBUG 300-W) order. */
export const LANDMARK_COUNT = 68;

/** Number of coordinates of a face: x and y of each landmark. */
export const LANDMARK_COORDINATES = 2 * LANDMARK_COUNT;

/** Landmarks whose bounding box is the eyes block: eyebrows (17-26) and eyes (36-47). */
export const EYES_LANDMARKS: readonly number[] = [...landmarkRange(17, 26), ...landmarkRange(36, 47)];

/** Landmarks whose bounding box is the mouth block: outer and inner lips (48-67). */
export const MOUTH_LANDMARKS: readonly number[] = landmarkRange(48, 67);

/** Pixels by which the boxes grow on each side. Source: 10 in the original's report (30 in its code). */
export const DEFAULT_MARGIN_PX = 10;

/** Size of a face, by {@link measureFace}, that margins in pixels refer to: the size of FERG-DB's faces. */
export const MARGIN_FACE_PX = 117;

/** Side of a whole-face crop, as a multiple of the face's size. */
const FACE_FRAME = 1.2;

/** The two blocks of a face and their boxes. */
export interface CutBlocks {
  readonly kind: 'blocks';
  /** Grey levels, [32, 32]. */
  readonly eyes: Uint8Array;
  /** Grey levels, [32, 32]. */
  readonly mouth: Uint8Array;
  /** Whole pixels inside of the image, margin included. */
  readonly eyesBox: Box;
  /** Whole pixels inside of the image, margin included. */
  readonly mouthBox: Box;
}

/** The reason why no blocks could be cut. */
export interface CutFailure {
  readonly kind: 'box-outside-image';
  readonly reason: string;
}

/** A whole face and its box. */
export interface CutFace {
  /** Grey levels, [48, 48]. */
  readonly pixels: Uint8Array;
  /** A square in whole pixels; it may extend beyond the image. */
  readonly box: Box;
}

/** Lists the indices of landmarks from the first to the last. */
export function landmarkRange(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/**
 * Checks the number of coordinates of a face.
 * @throws RangeError when there are not 136
 */
export function expectLandmarks({ length }: Float32Array): void {
  if (length !== LANDMARK_COORDINATES)
    throw new RangeError(`Expected ${LANDMARK_COORDINATES} values for landmarks but received ${length}`);
}

/**
 * Returns the landmarks of one face of a set.
 * @param set its landmarks are [n, 68, 2]
 * @param face position in the set
 * @returns a view, [68, 2] as x and y in pixels
 */
export function landmarksOf({ landmarks }: Pick<BlockSet, 'landmarks'>, face: number): Float32Array {
  return landmarks.subarray(LANDMARK_COORDINATES * face, LANDMARK_COORDINATES * (face + 1));
}

/**
 * Computes the bounding box of landmarks, without a margin.
 * @param landmarks [68, 2] as x and y in pixels
 * @param chosen indices of landmarks, such as {@link EYES_LANDMARKS}; default all
 * @throws RangeError for no landmarks
 */
export function landmarkBox(
  landmarks: Float32Array,
  chosen: readonly number[] = landmarkRange(0, LANDMARK_COUNT - 1),
): Box {
  return boundingBox(chosen.map((index) => ({ x: landmarks[2 * index], y: landmarks[2 * index + 1] })));
}

/**
 * Measures a face: the longer side of the bounding box of all landmarks.
 * @param landmarks [68, 2] as x and y in pixels
 * @returns pixels
 */
export function measureFace(landmarks: Float32Array): number {
  return longerSide(landmarkBox(landmarks));
}

/**
 * Scales a margin to the size of a face.
 * @param marginPx margin in pixels for a face of size `facePx`
 * @param landmarks [68, 2] as x and y in pixels
 * @param facePx reference size in pixels, default {@link MARGIN_FACE_PX}
 * @returns margin in pixels for this face
 */
export function scaleMargin(marginPx: number, landmarks: Float32Array, facePx = MARGIN_FACE_PX): number {
  return (marginPx * measureFace(landmarks)) / facePx;
}

/**
 * Crops a whole face: a square around the centre of the landmarks' bounding box, with 1.2 times its longer side.
 * Outside the image, the nearest edge pixel is repeated.
 * @param landmarks [68, 2] as x and y in pixels of the image
 */
export function cutFace(image: GrayImage | RgbImage, landmarks: Float32Array): CutFace {
  const frame = landmarkBox(landmarks);
  const { x, y } = centerOf(frame);
  const side = FACE_FRAME * longerSide(frame);
  const whole = Math.max(1, Math.round(side));
  const box = {
    x: Math.round(x - side / 2),
    y: Math.round(y - side / 2),
    width: whole,
    height: whole,
  };
  return { pixels: resizeBilinear(cropRepeating(image, box), FACE_SIZE, FACE_SIZE).data, box };
}

/**
 * Crops the eyes block and the mouth block of a face.
 * @param landmarks [68, 2] as x and y in pixels of the image
 * @param options.marginPx pixels by which each box grows on each side, 0 or more; default 10
 * @returns the blocks, or a reason when a box lies outside the image
 * @throws RangeError when there are not 136 coordinates, or the margin is out of range
 */
export function cutBlocks(
  image: GrayImage | RgbImage,
  landmarks: Float32Array,
  { marginPx = DEFAULT_MARGIN_PX }: { readonly marginPx?: number } = {},
): CutBlocks | CutFailure {
  expectLandmarks(landmarks);
  if (!(marginPx >= 0 && Number.isFinite(marginPx)))
    throw new RangeError(`Expected 0 or more pixels for marginPx but received ${marginPx}`);
  const { width, height } = image;
  const [eyesBox, mouthBox] = [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) =>
    clampBox(growBox(landmarkBox(landmarks, chosen), marginPx), width, height),
  );
  if (!eyesBox || !mouthBox) {
    const block = eyesBox ? 'mouth' : 'eyes';
    const reason = `Expected a box inside of ${width}x${height} for the ${block} block but received one wholly outside`;
    return { kind: 'box-outside-image', reason };
  }
  const cut = (box: Box) => resizeBilinear(cropGray(image, box), BLOCK_SIZE, BLOCK_SIZE).data;
  return { kind: 'blocks', eyes: cut(eyesBox), mouth: cut(mouthBox), eyesBox, mouthBox };
}
