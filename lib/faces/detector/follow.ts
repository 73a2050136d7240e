import { centerOf, isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { wholePixels } from './decode-boxes';
import { type DetectedFace, type Follower, placeFace } from './detected-face';
import type { Networks } from './face-api';
import { findLandmarks, frameLandmarks, isUpright } from './find-landmarks';
import { cutAndFit } from './resize';
import { PROPOSAL_SCORE, findWithTiny } from './run-detectors';

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
  let [faces, before, detectedAt]: [readonly DetectedFace[], RgbImage | undefined, number] = [
    [],
    undefined,
    0,
  ];
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
  const options = { inputSize: 320, batchSize: 1, minScore: PROPOSAL_SCORE, minShare: 0 };
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
  const [landmarks] = await findLandmarks(networks.landmarks, [image], [frame], 1);
  const next = landmarks && isUpright(landmarks) ? frameLandmarks(landmarks, image) : undefined;
  if (!landmarks || !next) return undefined;
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
  const options = { inputSize: 160, batchSize: 1, minScore: FOLLOWED_SCORE };
  const [candidates] = await findWithTiny(networks, [cut], options);
  const placed = candidates.map((candidate) =>
    placeFace({ detector: 'followed', ...candidate, landmarks: new Float32Array(0) }, part, cut),
  );
  const same = placed.find(({ box }) => isCentredIn(box, next));
  return same && { ...same, landmarks };
}

function isCut({ width, height, data }: RgbImage, next: RgbImage): boolean {
  if (next.width !== width || next.height !== height) return true;
  let [sum, count] = [0, 0];
  for (let at = 0; at < data.length; at += COMPARED_STEP, count++) sum += Math.abs(data[at] - next.data[at]);
  return sum / count > CUT_LEVELS;
}
