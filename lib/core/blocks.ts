import { unexpected } from './errors';
import { toCsv } from './csv';
import { boundingBox, centerOf, clampBox, growBox, longerSide, type Box } from './geometry';
import { type GrayImage, type RgbImage, cropGray, cropRepeating, resizeBilinear } from './image';
import type { FrameRecord } from './record';

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
    throw unexpected(`${LANDMARK_COORDINATES} values`, 'landmarks', length);
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

/** Side of a block in pixels. Source: the original resizes both crops to 32x32. */
export const BLOCK_SIZE = 32;

/**
 * Side of a whole-face picture in pixels. It is the multiple of 8 whose area, 2,304 pixels, is closest to the 2,048
 * pixels of both blocks.
 */
export const FACE_SIZE = 48;

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
  /** Defined when the settings ask for it. */
  readonly wholeFace?: CutFace;
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

/** Settings for cutting blocks. */
export interface CutOptions {
  /** Pixels by which each box grows on each side, 0 or more; default {@link DEFAULT_MARGIN_PX}. */
  readonly marginPx?: number;
  /** Size of a face, by {@link measureFace}, that `marginPx` refers to; default: the margin is the same for faces of all sizes. */
  readonly faceSizePx?: number;
  /** Whether the whole face is cut out too; default false. */
  readonly wholeFace?: boolean;
}

/**
 * Crops the eyes block and the mouth block of a face.
 * @param landmarks [68, 2] as x and y in pixels of the image
 * @returns the blocks, or a reason when a box lies outside the image
 * @throws RangeError when there are not 136 coordinates, or the margin is out of range
 */
export function cutBlocks(
  image: GrayImage | RgbImage,
  landmarks: Float32Array,
  { marginPx = DEFAULT_MARGIN_PX, faceSizePx, wholeFace }: CutOptions = {},
): CutBlocks | CutFailure {
  expectLandmarks(landmarks);
  const margin = faceSizePx ? (marginPx * measureFace(landmarks)) / faceSizePx : marginPx;
  if (!(margin >= 0 && Number.isFinite(margin))) throw unexpected('0 or more pixels', 'marginPx', marginPx);
  const { width, height } = image;
  const [eyesBox, mouthBox] = [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) =>
    clampBox(growBox(landmarkBox(landmarks, chosen), margin), width, height),
  );
  if (!eyesBox || !mouthBox) {
    const block = eyesBox ? 'mouth' : 'eyes';
    const reason = `Expected a box inside of ${width}x${height} for the ${block} block but received one wholly outside`;
    return { kind: 'box-outside-image', reason };
  }
  const [eyes, mouth] = [eyesBox, mouthBox].map(
    (box) => resizeBilinear(cropGray(image, box), BLOCK_SIZE, BLOCK_SIZE).data,
  );
  const face = wholeFace ? cutFace(image, landmarks) : undefined;
  return { kind: 'blocks', eyes, mouth, eyesBox, mouthBox, wholeFace: face };
}

/**
 * Crops a whole face: a square around the centre of the landmarks' bounding box, with 1.2 times its longer side.
 * Outside the image, the nearest edge pixel is repeated.
 * @param landmarks [68, 2] as x and y in pixels of the image
 */
function cutFace(image: GrayImage | RgbImage, landmarks: Float32Array): CutFace {
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

/** Kind of a frame that was read but in which no face was found. */
export const NO_FACE = 'no-face';

/** A frame without blocks, and why. It is data, not an exception: skipped frames are counted and reported. */
export interface SkippedFrame<R = FrameRecord> {
  readonly record: R;
  /** Kind of the reason: {@link NO_FACE}, `missing-file`, `not-an-image` and others. Skipped frames are counted by kind. */
  readonly kind: string;
  /** One sentence that says what was expected and what was found. */
  readonly reason: string;
}

/** Describes in one sentence how many pictures could not be used; undefined if there is none. */
export function describeUnusable(unusable: readonly Pick<SkippedFrame, 'reason'>[]): string | undefined {
  if (unusable.length === 0) return undefined;
  return `Pictures that cannot be used: ${unusable.length}; the first: ${unusable[0].reason}.`;
}

/** Formats skipped frames as a CSV table with the columns path, kind and reason. */
export function toSkippedCsv(skipped: readonly SkippedFrame[]): string {
  return toCsv([['path', 'kind', 'reason']]) + toSkippedRows(skipped);
}

/** Formats skipped frames as rows of that table. */
export function toSkippedRows(skipped: readonly SkippedFrame[]): string {
  return toCsv(skipped.map(({ record, kind, reason }) => [record.path, kind, reason]));
}

/** The result of preprocessing: n faces, each with an eyes block and a mouth block, and the frames without a face. */
export interface BlockSet {
  /** The n frames with a face, in the data set's order. */
  readonly records: readonly FrameRecord[];
  /** Grey levels of the eyes blocks, [n, 32, 32], 0 to 255. */
  readonly eyes: Uint8Array;
  /** Grey levels of the mouth blocks, [n, 32, 32], 0 to 255. */
  readonly mouth: Uint8Array;
  /** The 68 landmarks, [n, 68, 2], as x and y in pixels of the image. */
  readonly landmarks: Float32Array;
  /** The boxes of the eyes blocks, margin included, clamped to the image: [n, 4] as x, y, width, height in pixels. */
  readonly eyesBoxes: Float32Array;
  /** The boxes of the mouth blocks, as `eyesBoxes`. */
  readonly mouthBoxes: Float32Array;
  /** Size of each image after its EXIF rotation, [n, 2] as width and height in pixels. */
  readonly imageSizes: Float32Array;
  /** Confidence of the face detector, [n], 0 to 1. */
  readonly scores: Float32Array;
  /** Name of the detector that found each face, [n]; undefined when the set does not record it. */
  readonly detectors?: readonly string[];
  /** The frames without blocks. */
  readonly skipped: readonly SkippedFrame[];
}

/** A block set with the whole face of each record. */
export interface FaceSet extends BlockSet {
  /** Grey levels of the whole faces, [n, 48, 48], 0 to 255. */
  readonly faces: Uint8Array;
  /** The boxes of the whole faces, [n, 4] as x, y, width, height in pixels of the image. */
  readonly faceBoxes: Float32Array;
}

/**
 * Checks that a block set has whole faces.
 * @returns the same set
 * @throws RangeError when it has none
 */
export function expectFaces(blocks: BlockSet): FaceSet {
  const { faces, faceBoxes } = blocks as Partial<FaceSet>;
  if (faces && faceBoxes) return blocks as FaceSet;
  throw unexpected('whole faces', 'blocks', 'blocks alone');
}

/** Detector name of cropped faces with mean landmarks, because the predicted ones were not upright. */
export const ASSUMED = 'assumed';

/** Counts the faces with assumed landmarks. @param detectors of each face */
export function countAssumed(detectors: readonly string[]): number {
  return detectors.filter((detector) => detector === ASSUMED).length;
}

/**
 * Describes in one sentence how many faces have assumed landmarks.
 * @param faces number of all faces
 * @returns undefined when none has
 */
export function describeAssumed(assumed: number, faces: number): string | undefined {
  if (assumed === 0) return undefined;
  return `Mean landmarks are assumed for ${assumed} of ${faces} cropped faces, because the predicted ones are not upright.`;
}
