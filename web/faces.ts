import * as faceApi from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
import { type Box, centerOf, type Point, scaleBox } from '../lib/core/geometry';
import type { RgbImage } from '../lib/core/image';
import { landmarkBox, measureFace } from '../lib/core/blocks';
import { rankFaces, runTiny } from '../lib/faces/detector/find-boxes';
import { findLandmarks, frameLandmarks, isUpright } from '../lib/faces/detector/find-landmarks';
import {
  buildLandmarkNetwork,
  type LandmarkParams,
  buildTinyNetwork,
  type TinyParams,
} from '../lib/faces/detector/face-api-networks';

/** Returns the current picture, its longer side at most `side` pixels. */
export type Shrink = (side: number) => RgbImage;

/** Finds faces; landmarks are [68, 2] in pixels of the picture. */
export interface FaceFinder {
  /**
   * Finds one face in consecutive pictures: the previous picture's face, otherwise the chosen one, otherwise the largest.
   * @returns its landmarks; undefined for a picture without a face
   */
  find(picture: RgbImage, shrink: Shrink): Promise<Float32Array | undefined>;
  /** Finds all faces of a picture. @returns their landmarks, the largest face first */
  findAll(picture: RgbImage, shrink: Shrink): Promise<Float32Array[]>;
  /** Chooses the face for `find`: the nearest to a point of the previous picture. */
  choose(point: Point): void;
  /** Forgets the previous picture and the choice. */
  forget(): void;
}

/** Sides of the detector's input, tried in turn until one finds faces: fast ones, and those that find small faces too. */
const [MOVING_SIDES, STILL_SIDES] = [
  [160, 320],
  [640, 320, 160],
];

/** The detector runs again after this number of pictures, because another face may be larger by then. */
const TRACKED_PICTURES = 10;

/**
 * Loads face-api's networks from the page's own folder.
 * @param folder address of the weights
 */
export async function loadFaceFinder(folder: string): Promise<FaceFinder> {
  const [tinyNet, landmarkNet] = [new faceApi.TinyFaceDetector(), new faceApi.FaceLandmark68Net()];
  await Promise.all([tinyNet, landmarkNet].map((net) => net.loadFromUri(folder)));
  const tiny = buildTinyNetwork(tinyNet.params as unknown as TinyParams);
  const params = { features: landmarkNet.faceFeatureExtractor.params, fc: landmarkNet.params!.fc };
  const landmarks = buildLandmarkNetwork(params as unknown as LandmarkParams);
  let [last, age]: [Float32Array | undefined, number] = [undefined, 0];
  let aim: Point | undefined;
  const look = async (picture: RgbImage, part: Box | undefined) => {
    const [found] = await findLandmarks(landmarks, part ? [{ image: picture, part }] : []);
    return found && isUpright(found) ? found : undefined;
  };
  const find = async (picture: RgbImage, shrink: Shrink) => {
    const isTracked = last !== undefined && ++age < TRACKED_PICTURES;
    const near = isTracked ? await look(picture, frameLandmarks(last!, picture)) : undefined;
    last = near;
    if (!near) {
      age = 0;
      const parts = await detect(tiny, picture, { shrink, sides: MOVING_SIDES });
      last = await look(picture, aim ? parts[nearestTo(parts, aim)] : parts[0]);
    }
    if (aim && last) aim = centerOf(landmarkBox(last));
    return last;
  };
  const findAll = async (picture: RgbImage, shrink: Shrink) => {
    const found: Float32Array[] = [];
    for (const part of await detect(tiny, picture, { shrink, sides: STILL_SIDES })) {
      // Small faces get better landmarks from a second, tighter crop.
      const first = await look(picture, part);
      const face = first && ((await look(picture, frameLandmarks(first, picture))) ?? first);
      if (face) found.push(face);
    }
    return found.sort((first, second) => measureFace(second) - measureFace(first));
  };
  const choose = (point: Point) => {
    [aim, last] = [point, undefined];
  };
  const forget = () => {
    [aim, last] = [undefined, undefined];
  };
  return { find, findAll, choose, forget };
}

async function detect(
  network: ReturnType<typeof buildTinyNetwork>,
  picture: RgbImage,
  { shrink, sides }: { readonly shrink: Shrink; readonly sides: readonly number[] },
): Promise<Box[]> {
  for (const size of sides) {
    const small = shrink(size);
    const [candidates] = await runTiny(network, [small], { size });
    const toPicture = (box: Box) => scaleBox(box, picture.width / small.width, picture.height / small.height);
    const found = candidates.map(({ score, box }) => ({ score, box: toPicture(box) }));
    const parts = rankFaces(found, picture).map(({ part }) => part);
    if (parts.length > 0) return parts;
  }
  return [];
}

/** Returns the index of the box that is nearest to a point. */
export function nearestTo(boxes: readonly Box[], { x, y }: Point): number {
  const distances = boxes.map((box) => Math.hypot(centerOf(box).x - x, centerOf(box).y - y));
  return distances.indexOf(Math.min(...distances));
}
