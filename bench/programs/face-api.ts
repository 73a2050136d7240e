import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listPictures, type PictureSet } from '../bench-pictures';
import { startProgramEngine, type Program } from './program';

/**
 * Prepares predictions by face-api's own API as its documentation shows it for Node.js: the file decoded by tfjs-node, SSD
 * with its default options, landmarks, expressions. A unit is one picture, from its file to the expressions of its faces.
 */
export async function prepareFaceApi(set: PictureSet): Promise<Program> {
  const { versions } = await startProgramEngine('stock');
  // After the engine: the package's build for tfjs-node-gpu loads it too, and shares its tensors.
  const faceApi = await import('@vladmandic/face-api/dist/face-api.node-gpu.js');
  const { node } = await import('@tensorflow/tfjs-node-gpu');
  const models = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const { ssdMobilenetv1, faceLandmark68Net, faceExpressionNet } = faceApi.nets;
  for (const net of [ssdMobilenetv1, faceLandmark68Net, faceExpressionNet]) await net.loadFromDisk(models);
  const files = listPictures(set);
  const work = async (count: number) => {
    let faces = 0;
    for (const file of files.slice(0, count)) {
      const image = node.decodeImage(await readFile(file), 3);
      try {
        const input = image as unknown as Parameters<typeof faceApi.detectAllFaces>[0];
        const found = await faceApi.detectAllFaces(input).withFaceLandmarks().withFaceExpressions();
        faces += found.length;
      } finally {
        image.dispose();
      }
    }
    return faces;
  };
  const note = `face-api finds ${await work(files.length)} faces`;
  const own = { ...versions, 'face-api': faceApi.version };
  return { ready: { versions: own, note }, work: async (count) => void (await work(count)) };
}
