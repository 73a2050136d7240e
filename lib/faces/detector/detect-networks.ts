import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { compile, type InputShape } from '../../tensor/graph/compile';
import { LANDMARK_INPUT, type LandmarkParams, buildLandmarkNetwork } from './landmark-network';
import { type SsdParams, buildSsdNetwork } from './ssd-network';
import { type TinyParams, buildTinyNetwork } from './tiny-network';

/** Version of the package that the weights come from. */
export const WEIGHTS_VERSION = faceApi.version;

/** Images of any number and size; the smallest that all of the detectors take. */
const ANY_IMAGE: InputShape = { example: [1, 128, 128, 3], freeAxes: [0, 1, 2] };

/** Faces of any number. */
const ANY_NUMBER_OF_FACES: InputShape = { example: [1, LANDMARK_INPUT, LANDMARK_INPUT, 3], freeAxes: [0] };

/**
 * Loads face-api's networks; the names of its weights are internal, so its version is pinned. Natively, each network is one
 * graph for inputs of all sizes.
 * @returns SSD's weights are loaded at the first call of `loadSsd`: portraits do without
 */
export async function loadNetworks() {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const tinyNet = new faceApi.TinyFaceDetector();
  const landmarkNet = new faceApi.FaceLandmark68Net();
  for (const net of [tinyNet, landmarkNet]) await net.loadFromDisk(folder);
  const features = landmarkNet.faceFeatureExtractor.params;
  const landmarkParams = { features, fc: landmarkNet.params!.fc } as unknown as LandmarkParams;
  const tiny = toGraph(buildTinyNetwork(tinyNet.params as unknown as TinyParams), ANY_IMAGE);
  const landmarks = toGraph(buildLandmarkNetwork(landmarkParams), ANY_NUMBER_OF_FACES);
  const loaded: { dispose(): void }[] = [tiny, landmarks, tinyNet, landmarkNet];
  const loadSsd = async () => {
    const net = new faceApi.SsdMobilenetv1();
    await net.loadFromDisk(folder);
    const ssd = toGraph(buildSsdNetwork(net.params as unknown as SsdParams), ANY_IMAGE);
    loaded.push(ssd, net);
    return ssd;
  };
  let started: ReturnType<typeof loadSsd> | undefined;
  return {
    tiny,
    landmarks,
    loadSsd: () => (started ??= loadSsd()),
    dispose: () => loaded.forEach((net) => net.dispose()),
  };
}

/** A network of pixels. */
interface PixelNetwork<Y extends tf.Tensor> {
  forward(colours: tf.Tensor4D): Y;
  dispose(): void;
}

/** Makes a network run as a graph where it can. */
function toGraph<Y extends tf.Tensor, Network extends PixelNetwork<Y>>(
  network: Network & PixelNetwork<Y>,
  shape: InputShape,
): Network {
  const compiled = compile(network.forward, shape);
  const dispose = () => [compiled, network].forEach((part) => part.dispose());
  return { ...network, forward: compiled.run, dispose };
}

/** The detectors and the landmark network. */
export type Networks = Awaited<ReturnType<typeof loadNetworks>>;
