import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { compile } from '../../tensor/graph';
import { type LandmarkParams, buildLandmarkNetwork } from './landmark-network';
import { type SsdParams, buildSsdNetwork } from './ssd-network';
import { type TinyParams, buildTinyNetwork } from './tiny-network';

/** Version of the package that the weights come from. */
export const WEIGHTS_VERSION = faceApi.version;

/**
 * Takes the weights out of face-api's networks; their names are inner ones, for which its version is pinned. The tiny
 * detector and the landmark network run as graphs, always, so that what they find does not depend on what came before.
 * `...Once` run operation by operation, for inputs of many shapes: a graph takes as long to make as ten runs.
 * @returns SSD's weights are loaded when they are asked for: portraits do without
 */
export async function loadNetworks() {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const tinyNet = new faceApi.TinyFaceDetector();
  const landmarkNet = new faceApi.FaceLandmark68Net();
  for (const net of [tinyNet, landmarkNet]) await net.loadFromDisk(folder);
  const features = landmarkNet.faceFeatureExtractor.params;
  const landmarkParams = { features, fc: landmarkNet.params!.fc } as unknown as LandmarkParams;
  const tinyOnce = buildTinyNetwork(tinyNet.params as unknown as TinyParams);
  const tiny = toGraph(tinyOnce.forward);
  const landmarksOnce = buildLandmarkNetwork(landmarkParams);
  const landmarks = toGraph(landmarksOnce.forward);
  const loaded: { dispose(): void }[] = [tiny, landmarks, tinyOnce, landmarksOnce, tinyNet, landmarkNet];
  const loadSsd = async () => {
    const net = new faceApi.SsdMobilenetv1();
    await net.loadFromDisk(folder);
    const ssdOnce = buildSsdNetwork(net.params as unknown as SsdParams);
    const ssd = toGraph(ssdOnce.forward);
    loaded.push(ssd, ssdOnce, net);
    return { ssd, ssdOnce };
  };
  let started: ReturnType<typeof loadSsd> | undefined;
  return {
    tiny,
    tinyOnce,
    landmarks,
    landmarksOnce,
    loadSsd: () => (started ??= loadSsd()),
    dispose: () => loaded.forEach((net) => net.dispose()),
  };
}

/** Has a network run as a graph where it can. */
function toGraph<Y extends tf.Tensor>(forward: (colours: tf.Tensor4D) => Y) {
  const compiled = compile(forward);
  return { forward: compiled.run, dispose: compiled.dispose };
}

/** The detectors and the landmark network. */
export type Networks = Awaited<ReturnType<typeof loadNetworks>>;
