import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
import type { Box } from '../lib/core/geometry';
import type { RgbImage } from '../lib/core/image';
import { type Candidate, chooseFace, readTinyOutput } from '../lib/faces/candidates';
import { findLandmarks, frameLandmarks, isUpright } from '../lib/faces/find-landmarks';
import { buildLandmarkNetwork, type LandmarkParams } from '../lib/faces/landmark-network';
import { sampleSquare, toSquare } from '../lib/faces/sampling';
import { buildTinyNetwork, type TinyParams } from '../lib/faces/tiny-network';

/** Gives the picture at hand, shrunk until neither side is longer than `side`. */
export type Shrink = (side: number) => RgbImage;

/** Finds the largest face of pictures that follow each other. */
export interface FaceFinder {
  /**
   * Finds a face's landmarks: near those of the picture before, or anywhere.
   * @returns [68, 2] in pixels of the picture; undefined when there is no face
   */
  find(picture: RgbImage, shrink: Shrink): Promise<Float32Array | undefined>;
  /** Forgets the picture before. */
  forget(): void;
}

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
  const look = async (picture: RgbImage, part: Box | undefined) => {
    const [found] = await findLandmarks(landmarks, [picture], [part], 1);
    return found && isUpright(found) ? found : undefined;
  };
  const find = async (picture: RgbImage, shrink: Shrink) => {
    const isTracked = last !== undefined && ++age < TRACKED_PICTURES;
    const near = isTracked ? await look(picture, frameLandmarks(last!, picture)) : undefined;
    if (near) return (last = near);
    age = 0;
    return (last = await look(picture, await detect(tiny, picture, shrink)));
  };
  return { find, forget: () => (last = undefined) };
}

async function detect(
  network: ReturnType<typeof buildTinyNetwork>,
  picture: RgbImage,
  shrink: Shrink,
): Promise<Box | undefined> {
  for (const inputSize of [160, 320]) {
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
    const chosen = chooseFace(
      candidates.map((candidate) => enlarge(candidate, picture.width / width, picture.height / height)),
      picture,
    );
    if (chosen) return chosen.part;
  }
  return undefined;
}

function enlarge({ score, box }: Candidate, across: number, down: number): Candidate {
  const { x, y, width, height } = box;
  return { score, box: { x: x * across, y: y * down, width: width * across, height: height * down } };
}
