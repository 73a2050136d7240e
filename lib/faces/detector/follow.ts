import { centerOf, isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import type { Networks } from './face-api';
import { wholePixels } from './find-boxes';
import type { DetectedFace } from './detected-face';
import { findLandmarks, frameLandmarks, isUpright } from './find-landmarks';
import { PROPOSAL_SCORE, cutAndFit, findWithTiny, placeBox } from './run-detectors';

/** Takes the frames of a video in order, with their times in seconds, and returns their faces, the largest first. */
export type Follower = (image: RgbImage, seconds: number) => Promise<DetectedFace[]>;

/** Seconds after which faces are detected again, because new ones may have appeared. */
const DETECT_EVERY_S = 0.4;

/** Minimum score of the tiny detector for a tracked face. */
const FOLLOWED_SCORE = 0.3;

/** Side of the tiny detector's input around a tracked face, in sides of its frame. */
const AROUND_FACE = 1.8;

/** Maximum movement and change of size of a face between two frames, as shares of its side. */
const MAX_STEP = 0.35;

/** Mean difference of grey levels between two frames above which they are different scenes. */
const CUT_LEVELS = 30;

/** Distance in bytes between compared values of a frame; it varies the colours and columns. */
const COMPARED_STEP = 193;

/**
 * Creates a function that finds the faces of a video. It detects faces in the first frame and tracks them in the next ones:
 * it finds landmarks in the frame of the previous ones, and the tiny detector confirms the face. It detects again when a face
 * is lost, when the scene changes, and after 0.4 seconds.
 * @param detectAll finds the faces of one frame
 */
export function createFollower(
  networks: Networks,
  detectAll: (image: RgbImage) => Promise<DetectedFace[]>,
): Follower {
  let faces: readonly DetectedFace[] = [];
  let before: RgbImage | undefined;
  let detectedAt = 0;
  return async (image, seconds) => {
    const isNear = before && seconds >= detectedAt && seconds - detectedAt < DETECT_EVERY_S;
    const isSameScene = isNear && !isCut(before!, image);
    before = image;
    const followed = isSameScene ? await followAll(networks, image, faces) : undefined;
    if (!followed) detectedAt = seconds;
    faces = followed ?? (await detectAll(image));
    return [...faces];
  };
}

/** @returns undefined when a face is lost, or when there was none and the tiny detector proposes one */
async function followAll(
  networks: Networks,
  image: RgbImage,
  faces: readonly DetectedFace[],
): Promise<DetectedFace[] | undefined> {
  const found: DetectedFace[] = [];
  for (const face of faces) {
    const followed = await followFace(networks, image, face);
    if (!followed) return undefined;
    found.push(followed);
  }
  if (faces.length > 0) return found;
  const options = { size: 320, minScore: PROPOSAL_SCORE, minShare: 0 };
  const [seen] = await findWithTiny(networks, [image], options);
  return seen.length > 0 ? undefined : [];
}

async function followFace(
  networks: Networks,
  image: RgbImage,
  face: DetectedFace,
): Promise<DetectedFace | undefined> {
  const frame = frameLandmarks(face.landmarks, image);
  if (!frame) return undefined;
  const [landmarks] = await findLandmarks(networks.landmarks, [{ image, part: frame }]);
  const next = isUpright(landmarks) ? frameLandmarks(landmarks, image) : undefined;
  if (!next) return undefined;
  const side = longerSide(frame);
  const [from, to] = [centerOf(frame), centerOf(next)];
  const moved = Math.hypot(to.x - from.x, to.y - from.y);
  if (moved > MAX_STEP * side || Math.abs(longerSide(next) - side) > MAX_STEP * side) return undefined;
  const around = AROUND_FACE * longerSide(next);
  const square = {
    x: next.x + (next.width - around) / 2,
    y: next.y + (next.height - around) / 2,
    width: around,
    height: around,
  };
  const part = wholePixels(square, image)!;
  const cut = await cutAndFit(image, part, 160);
  const [candidates] = await findWithTiny(networks, [cut], { size: 160, minScore: FOLLOWED_SCORE });
  const same = candidates
    .map(({ score, box }) => ({ score, box: placeBox(box, part, cut) }))
    .find(({ box }) => isCentredIn(box, next));
  return same && { detector: 'followed', ...same, landmarks };
}

function isCut({ width, height, data }: RgbImage, next: RgbImage): boolean {
  if (next.width !== width || next.height !== height) return true;
  let [sum, count] = [0, 0];
  for (let at = 0; at < data.length; at += COMPARED_STEP, count++) sum += Math.abs(data[at] - next.data[at]);
  return sum / count > CUT_LEVELS;
}
