import { centerOf, isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { wholePixels } from './candidates';
import { type Face, placeFace } from './detect';
import { cutAndFit } from './fit';
import { findLandmarks, frameLandmarks, isUpright } from './find-landmarks';
import { PROPOSAL_SCORE, findWithTiny } from './looks';
import type { Networks } from './detect-networks';

/** Seconds after which a video's faces are detected again, as others may have come. */
const DETECT_EVERY_S = 0.4;

/** Score of the tiny detector above which a face that is followed is still one. */
const FOLLOWED_SCORE = 0.3;

/** Side of what the tiny detector is shown of a face that is followed, in sides of its frame. */
const AROUND_FACE = 1.8;

/** How far a face moves between two pictures at most, and by how much it grows or shrinks, as shares of its side. */
const MAX_STEP = 0.35;

/** Mean difference of grey levels between two pictures from which on they show different scenes. */
const CUT_LEVELS = 30;

/** Every so many bytes of a picture are compared: pixels of changing colours and columns. */
const COMPARED_STEP = 193;

/** Takes one picture of a video after the other, with its time in seconds, and gives its faces, the largest first. */
export type Follower = (image: RgbImage, seconds: number) => Promise<Face[]>;

/**
 * Makes a function that finds the faces of a video. They are detected in the first picture, and in the next ones looked
 * for where they were: by their landmarks, and the tiny detector has to agree. All are detected again when one is lost,
 * when the picture changes as a whole, and after 0.4 seconds.
 * @param detectAll finds the faces of one picture
 */
export function createFollower(
  networks: Networks,
  detectAll: (image: RgbImage) => Promise<Face[]>,
): Follower {
  let [faces, before, detectedAt]: [readonly Face[], RgbImage | undefined, number] = [[], undefined, 0];
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

/** @returns undefined when one is lost, or where there was none and now may be one */
async function followAll(
  networks: Networks,
  image: RgbImage,
  faces: readonly Face[],
): Promise<Face[] | undefined> {
  const found: Face[] = [];
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

async function followFace(networks: Networks, image: RgbImage, face: Face): Promise<Face | undefined> {
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
