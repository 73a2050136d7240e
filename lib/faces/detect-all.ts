import type { RgbImage } from '../core/image';
import { wholePixels } from './candidates';
import {
  addLandmarks,
  type Chosen,
  type Face,
  findWithSsd,
  findWithTiny,
  loadNetworks,
  type Networks,
} from './detect';

/** Finds all faces of an image. */
export interface AllFacesDetector {
  /**
   * Finds the faces of one image by SSD; where it finds none, by the tiny detector. Each image is looked at alone, so
   * what is found does not depend on which others are.
   * @param image large ones cost time and gain nothing over 1024 pixels
   * @returns faces with landmarks, the largest first; a face whose mouth is not below its eyes is none
   */
  detectAll(image: RgbImage): Promise<Face[]>;
  /** Frees the networks' weights. */
  dispose(): void;
}

/** How many faces' landmarks are looked for at a time. */
const FACES_AT_A_TIME = 16;

/**
 * Loads face-api's networks for pictures with any number of faces.
 * @returns the caller disposes it
 */
export async function loadAllFacesDetector(): Promise<AllFacesDetector> {
  // Operation by operation, always: a graph rounds otherwise, so that answers would depend on how many came before.
  const networks = await loadNetworks({ plainRuns: Infinity });
  return {
    detectAll: (image) => detectAll(networks, image),
    dispose: networks.dispose,
  };
}

async function detectAll(networks: Networks, image: RgbImage): Promise<Face[]> {
  const chosen = await findCandidates(networks, image);
  const found: (Face | undefined)[] = [];
  for (let start = 0; start < chosen.length; start += FACES_AT_A_TIME) {
    const some = chosen.slice(start, start + FACES_AT_A_TIME);
    const images = some.map(() => image);
    found.push(...(await addLandmarks(networks, images, some, some.length)));
  }
  const area = ({ box }: Face) => box.width * box.height;
  return found.flatMap((face) => face ?? []).sort((first, second) => area(second) - area(first));
}

async function findCandidates(networks: Networks, image: RgbImage): Promise<Chosen[]> {
  const sure = toChosen('ssd-512', await findWithSsd(networks, image), image);
  if (sure.length > 0) return sure;
  for (const inputSize of [320, 160] as const) {
    const [candidates] = await findWithTiny(networks, [image], { inputSize, batchSize: 1 });
    const large = toChosen(`tiny-${inputSize}`, candidates, image);
    if (large.length > 0) return large;
  }
  return [];
}

function toChosen(
  detector: Face['detector'],
  candidates: Awaited<ReturnType<typeof findWithSsd>>,
  image: RgbImage,
): Chosen[] {
  return candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ detector, ...candidate, part }] : [];
  });
}
