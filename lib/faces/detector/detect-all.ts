import { isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, MIN_SCORE, wholePixels } from './candidates';
import { type Chosen, DETECTION_BATCH, type Face, addLandmarks, findSmallFaces, placeFace } from './detect';
import { fitForDetection } from './fit';
import { type Follower, createFollower } from './follow';
import { MIN_TINY_SHARE, PROPOSAL_SCORE, findWithSsd, findWithTiny } from './looks';
import { type Networks, loadNetworks } from './detect-networks';

/** Finds all faces of images. */
export interface AllFacesDetector {
  /**
   * Finds all faces of each image. A single face that fills an image is found by the tiny detector; other images go through
   * SSD, and small regions that may be faces through a closer look. The faces of an image do not depend on the others.
   * @param images any number, of any size; a face needs 28 pixels and a fortieth of the image's longer side
   * @returns for each image its faces with landmarks, the largest first; a face whose mouth is not below its eyes is rejected
   */
  detectAll(images: readonly RgbImage[]): Promise<Face[][]>;
  /** Starts a video: faces are detected once and then followed from frame to frame. */
  follow(): Follower;
  /** Disposes the networks' weights. */
  dispose(): void;
}

/**
 * Loads face-api's networks for images with any number of faces.
 * @returns the caller disposes it
 */
export async function loadAllFacesDetector(): Promise<AllFacesDetector> {
  const networks = await loadNetworks();
  return {
    detectAll: (images) => detectAll(networks, images),
    follow: () => createFollower(networks, async (image) => (await detectAll(networks, [image]))[0]),
    dispose: networks.dispose,
  };
}

/**
 * Share of an image's longer side that a face needs to end the search. SSD also finds faces of half that size, so smaller
 * ones are not expected.
 */
const NEAR_SHARE = 0.12;

async function detectAll(networks: Networks, images: readonly RgbImage[]): Promise<Face[][]> {
  const copies = await Promise.all(images.map(fitForDetection));
  const found = await findLargeFaces(networks, copies);
  return Promise.all(
    images.map(async (image, index) => {
      const copy = copies[index];
      const { width, height } = image;
      const whole = { x: 0, y: 0, width, height };
      const faces = found[index].map((face) => (copy === image ? face : placeFace(face, whole, copy)));
      const known = found[index].map(({ box }) => box);
      if (!known.some((box) => longerSide(box) >= NEAR_SHARE * longerSide(copy))) {
        const small = await findSmallFaces(networks, { image, copy, known });
        faces.push(...small.filter((face) => !faces.some(({ box }) => isCentredIn(face.box, box))));
      }
      const area = ({ box }: Face) => box.width * box.height;
      return faces.sort((first, second) => area(second) - area(first));
    }),
  );
}

/** Finds the faces of each image with one detector after the other, until one has found a face in it. */
async function findLargeFaces(networks: Networks, images: readonly RgbImage[]): Promise<Face[][]> {
  const found: Face[][] = images.map(() => []);
  for (const find of [findPortraits, findWithSsdInEach, findWithTiny320, findWithTiny160]) {
    const rest = images.flatMap((image, index) => (found[index].length === 0 ? [{ image, index }] : []));
    const some = rest.map(({ image }) => image);
    const chosen = rest.length > 0 ? await find(networks, some) : [];
    const faces = await addEach(networks, some, chosen);
    rest.forEach(({ index }, place) => (found[index] = faces[place]));
  }
  return found;
}

type FindEach = (networks: Networks, images: readonly RgbImage[]) => Promise<Chosen[][]>;

/** SSD computes one image after the other, but the next ones are resized meanwhile. */
const findWithSsdInEach: FindEach = (networks, images) =>
  Promise.all(images.map(async (image) => toChosen('ssd-512', await findWithSsd(networks, image), image)));

const findWithTiny320: FindEach = async (networks, images) => {
  const found = await findWithTiny(networks, images, { inputSize: 320, batchSize: images.length });
  return images.map((image, index) => toChosen('tiny-320', found[index], image));
};

const findWithTiny160: FindEach = async (networks, images) => {
  const found = await findWithTiny(networks, images, { inputSize: 160, batchSize: images.length });
  return images.map((image, index) => toChosen('tiny-160', found[index], image));
};

/** Least share of the longer side that a portrait's face takes, and least score of the tiny detector. */
const [PORTRAIT_SHARE, PORTRAIT_SCORE] = [MIN_TINY_SHARE, MIN_SCORE];

/** Longer side in pixels from which on an image may contain faces that the tiny detector misses at 160. */
const PORTRAIT_SIDE = 320;

/**
 * Finds the face of each portrait, as preprocessing does: the tiny detector is sure of one face and proposes no other.
 * @returns one face, or none where SSD is worth its time
 */
async function findPortraits(networks: Networks, images: readonly RgbImage[]): Promise<Chosen[][]> {
  const propose = (some: readonly RgbImage[], inputSize: number) =>
    findWithTiny(networks, some, {
      inputSize,
      batchSize: some.length,
      minScore: PROPOSAL_SCORE,
      minShare: 0,
    });
  const isAlone = (face: Candidate, candidates: readonly Candidate[]) =>
    candidates.every(({ box }) => isCentredIn(box, face.box));
  const proposals = await propose(images, 160);
  const portraits = images.map((image, index) => {
    const [face] = toChosen('tiny-160', proposals[index].slice(0, 1), image);
    const isPortrait =
      face?.score >= PORTRAIT_SCORE &&
      longerSide(face.box) >= PORTRAIT_SHARE * longerSide(image) &&
      isAlone(face, proposals[index]);
    return isPortrait ? [face] : [];
  });
  const large = [...images.keys()].filter(
    (index) => portraits[index].length > 0 && longerSide(images[index]) > PORTRAIT_SIDE,
  );
  if (large.length === 0) return portraits;
  const closer = await propose(
    large.map((index) => images[index]),
    320,
  );
  large.forEach((index, place) => {
    if (!isAlone(portraits[index][0], closer[place])) portraits[index] = [];
  });
  return portraits;
}

/** Finds the landmarks of the images' faces, in batches over all images. */
async function addEach(
  networks: Networks,
  images: readonly RgbImage[],
  chosen: readonly (readonly Chosen[])[],
): Promise<Face[][]> {
  const found: Face[][] = images.map(() => []);
  const all = chosen.flatMap((faces, index) => faces.map((face) => ({ face, index })));
  for (let start = 0; start < all.length; start += DETECTION_BATCH) {
    const some = all.slice(start, start + DETECTION_BATCH);
    const faces = await addLandmarks(
      networks,
      some.map(({ index }) => images[index]),
      some.map(({ face }) => face),
      { batchSize: some.length, secondBatchSize: some.length },
    );
    for (const [place, face] of faces.entries()) if (face) found[some[place].index].push(face);
  }
  return found;
}

function toChosen(detector: Face['detector'], candidates: readonly Candidate[], image: RgbImage): Chosen[] {
  return candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ detector, ...candidate, part }] : [];
  });
}
