import { isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, MIN_SCORE, wholePixels } from './candidates';
import { type Chosen, DETECTION_BATCH, type Face, addLandmarks, findSmallFaces, placeFace } from './detect';
import { fitForDetection } from './fit';
import { type Follower, createFollower } from './follow';
import { MIN_TINY_SHARE, PROPOSAL_SCORE, findWithSsd, findWithTiny } from './looks';
import { type Networks, loadNetworks } from './detect-networks';

/** Finds all faces of an image. */
export interface AllFacesDetector {
  /**
   * Finds the faces of one image. One face that fills it is found by the tiny detector alone, all others by SSD; what may
   * be faces too small for that is looked at closely. Each image is looked at alone, so what is found does not depend on
   * which others are.
   * @param image of any size; a face has to take a fortieth of its longer side, and 28 pixels
   * @returns faces with landmarks, the largest first; a face whose mouth is not below its eyes is none
   */
  detectAll(image: RgbImage): Promise<Face[]>;
  /** Begins with a video: faces are detected, and then followed from picture to picture. */
  follow(): Follower;
  /** Frees the networks' weights. */
  dispose(): void;
}

/**
 * Loads face-api's networks for pictures with any number of faces.
 * @returns the caller disposes it
 */
export async function loadAllFacesDetector(): Promise<AllFacesDetector> {
  const networks = await loadNetworks();
  return {
    detectAll: (image) => detectAll(networks, image),
    follow: () => createFollower(networks, (image) => detectAll(networks, image)),
    dispose: networks.dispose,
  };
}

/**
 * Share of a picture's longer side from which on a face is so near that faces which SSD does not see, of half the size,
 * are not looked for.
 */
const NEAR_SHARE = 0.12;

async function detectAll(networks: Networks, image: RgbImage): Promise<Face[]> {
  const copy = await fitForDetection(image);
  const found = await findLargeFaces(networks, copy);
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  const faces = found.map((face) => (copy === image ? face : placeFace(face, whole, copy)));
  if (!found.some(({ box }) => longerSide(box) >= NEAR_SHARE * longerSide(copy))) {
    const known = found.map(({ box }) => box);
    const small = await findSmallFaces(networks, { image, copy, known });
    faces.push(...small.filter((face) => !faces.some(({ box }) => isCentredIn(face.box, box))));
  }
  const area = ({ box }: Face) => box.width * box.height;
  return faces.sort((first, second) => area(second) - area(first));
}

async function findLargeFaces(networks: Networks, copy: RgbImage): Promise<Face[]> {
  const portrait = await addEach(networks, copy, await findPortrait(networks, copy));
  if (portrait.length > 0) return portrait;
  const sure = await addEach(networks, copy, toChosen('ssd-512', await findWithSsd(networks, copy), copy));
  if (sure.length > 0) return sure;
  for (const inputSize of [320, 160] as const) {
    const [candidates] = await findWithTiny(networks, [copy], { inputSize, batchSize: 1 });
    const large = await addEach(networks, copy, toChosen(`tiny-${inputSize}`, candidates, copy));
    if (large.length > 0) return large;
  }
  return [];
}

/** Least share of the longer side that a portrait's face takes, and least score of the tiny detector. */
const [PORTRAIT_SHARE, PORTRAIT_SCORE] = [MIN_TINY_SHARE, MIN_SCORE];

/** Side in pixels from which on a picture may have faces that the tiny detector does not see at 160. */
const PORTRAIT_SIDE = 320;

/**
 * Finds the one face of a portrait, as preprocessing does: the tiny detector is sure of it, and sees nothing else that
 * may be a face.
 * @returns nothing where it is worth to ask SSD
 */
async function findPortrait(networks: Networks, copy: RgbImage): Promise<Chosen[]> {
  const options = { batchSize: 1, minScore: PROPOSAL_SCORE, minShare: 0 };
  const [seen] = await findWithTiny(networks, [copy], { ...options, inputSize: 160 });
  const [face] = toChosen('tiny-160', seen.slice(0, 1), copy);
  if (!face || face.score < PORTRAIT_SCORE || longerSide(face.box) < PORTRAIT_SHARE * longerSide(copy))
    return [];
  const isAlone = (candidates: readonly Candidate[]) =>
    candidates.every(({ box }) => isCentredIn(box, face.box));
  if (!isAlone(seen)) return [];
  if (longerSide(copy) <= PORTRAIT_SIDE) return [face];
  const [closer] = await findWithTiny(networks, [copy], { ...options, inputSize: 320 });
  return isAlone(closer) ? [face] : [];
}

/** Finds the landmarks of an image's faces, all at a time: what else is in a batch depends on the image alone. */
async function addEach(networks: Networks, image: RgbImage, chosen: readonly Chosen[]): Promise<Face[]> {
  const faces: Face[] = [];
  for (let start = 0; start < chosen.length; start += DETECTION_BATCH) {
    const some = chosen.slice(start, start + DETECTION_BATCH);
    const images = some.map(() => image);
    const options = { batchSize: some.length, secondBatchSize: some.length };
    for (const face of await addLandmarks(networks, images, some, options)) if (face) faces.push(face);
  }
  return faces;
}

function toChosen(detector: Face['detector'], candidates: readonly Candidate[], image: RgbImage): Chosen[] {
  return candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ detector, ...candidate, part }] : [];
  });
}
