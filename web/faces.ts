import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
import { type Box, centerOf, type Point } from '../lib/core/geometry';
import type { RgbImage } from '../lib/core/image';
import { LANDMARK_COUNT, landmarkBox, measureFace } from '../lib/core/landmarks';
import { type Candidate, rankFaces, readTinyOutput } from '../lib/faces/detector/candidates';
import { findLandmarks, frameLandmarks, isUpright } from '../lib/faces/detector/find-landmarks';
import { buildLandmarkNetwork, type LandmarkParams } from '../lib/faces/detector/landmark-network';
import { sampleSquare, toSquare } from '../lib/faces/detector/sampling';
import { buildTinyNetwork, type TinyParams } from '../lib/faces/detector/tiny-network';

/** Gives the picture at hand, shrunk until neither side is longer than `side`. */
export type Shrink = (side: number) => RgbImage;

/** Finds faces; landmarks are [68, 2] in pixels of the picture. */
export interface FaceFinder {
  /**
   * Finds one face of pictures that follow each other: near the picture's before, else the one that was chosen, else
   * the largest.
   * @returns its landmarks; undefined when there is no face
   */
  find(picture: RgbImage, shrink: Shrink): Promise<Float32Array | undefined>;
  /** Finds all faces of a picture. @returns their landmarks, the largest face first */
  findAll(picture: RgbImage, shrink: Shrink): Promise<Float32Array[]>;
  /** Has `find` follow the face that is nearest to a point of the picture before. */
  choose(point: Point): void;
  /** Forgets the picture before, and what was chosen. */
  forget(): void;
}

/** Sides of the detector's input, asked in turn until one finds faces: quick ones, and those that find small faces too. */
const [MOVING_SIDES, STILL_SIDES] = [
  [160, 320],
  [640, 320, 160],
];

const ALL_LANDMARKS = Array.from({ length: LANDMARK_COUNT }, (_, landmark) => landmark);

/** A tracked face is looked for anew after so many pictures: another one may be larger by then. */
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
    const [found] = await findLandmarks(landmarks, [picture], [part], 1);
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
    if (aim && last) aim = centerOf(faceBox(last));
    return last;
  };
  const findAll = async (picture: RgbImage, shrink: Shrink) => {
    const found: Float32Array[] = [];
    for (const part of await detect(tiny, picture, { shrink, sides: STILL_SIDES })) {
      // A closer look, framed by what the first found, suits small faces better.
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
  for (const inputSize of sides) {
    const small = shrink(inputSize);
    const { width, height } = small;
    const target = new Float32Array(inputSize * inputSize * 3);
    const whole = { x: 0, y: 0, width, height };
    sampleSquare(small, whole, toSquare(width, height, false), { target, size: inputSize, index: 0 });
    const output = tf.tidy(() => network.forward(tf.tensor4d(target, [1, inputSize, inputSize, 3])));
    const candidates = readTinyOutput((await output.data()) as Float32Array, small, {
      width: inputSize,
      height: inputSize,
    });
    output.dispose();
    const parts = rankFaces(
      candidates.map((candidate) => enlarge(candidate, picture.width / width, picture.height / height)),
      picture,
    ).map(({ part }) => part);
    if (parts.length > 0) return parts;
  }
  return [];
}

/** Gives the place of the box that is nearest to a point. */
export function nearestTo(boxes: readonly Box[], { x, y }: Point): number {
  const distances = boxes.map((box) => Math.hypot(centerOf(box).x - x, centerOf(box).y - y));
  return distances.indexOf(Math.min(...distances));
}

/** Frames a face's landmarks. */
export function faceBox(landmarks: Float32Array): Box {
  return landmarkBox(landmarks, ALL_LANDMARKS);
}

function enlarge({ score, box }: Candidate, across: number, down: number): Candidate {
  const { x, y, width, height } = box;
  return { score, box: { x: x * across, y: y * down, width: width * across, height: height * down } };
}
