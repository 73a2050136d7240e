import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../core/emotions';
import { unexpected } from '../core/errors';
import { type RgbImage, toModelInput } from '../core/image';
import { type CutBlocks, DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../core/blocks';
import { normalizeLandmarks } from '../core/landmark-features';
import { scaleByTemperature } from '../core/calibration';
import { projectRoot } from '../files/project';
import { loadExpressionNetwork } from '../faces/detector/face-api';
import type { DetectedFace, RecognizedFace } from '../faces/detector/detected-face';
import { compile } from '../tensor/graph/compile';
import { nativeBackend } from '../tensor/native/addon';
import { findArchitecture } from '../model/architectures';
import { inputTensor, shapeOfInput, sizeOfInput, type FaceInput } from '../model/training/data';
import { decodeModel, MAX_MODEL_BYTES, type Model } from '../model/files/model-file';

/** Path of the default model from the project's folder. */
export const DEFAULT_MODEL = path.join('models', 'default.safetensors');

/** Model name of face-api's expression network. */
export const FACE_API_MODEL = 'face-api';

/** Maximum number of faces in a batch. */
const MAX_BATCH = 16;

/**
 * Minimum number of faces in a batch; a smaller one is filled up with zeros. Matrix products with fewer rows have another
 * kernel, which rounds differently, so a face's result would depend on how many others there are: with one row on native
 * TensorFlow, with fewer than eight on wasm.
 */
const minBatch = () => (nativeBackend() ? 2 : 8);

/** Input of a classifier. */
interface FaceToClassify extends Pick<
  DetectedFace & CutBlocks,
  'landmarks' | 'eyes' | 'mouth' | 'wholeFace'
> {
  /** The image of the face. */
  readonly image: RgbImage;
}

/** Predicts the expressions of faces. */
export interface Classifier {
  /** Name in results. */
  readonly name: string;
  /** One sentence about the training data. */
  readonly description: string;
  /** Pixels by which the boxes grow on each side, at a face of `faceSizePx`. */
  readonly marginPx: number;
  /** Size of a face in pixels that `marginPx` refers to; the margin scales with the face. */
  readonly faceSizePx: number;
  /** Whether the whole face, 48x48 grey, is an input too; default false. */
  readonly seesFace?: boolean;
  /**
   * Detects and classifies the faces of whole pictures; default: the project's detectors find them. Not used for cropped faces.
   * @returns for each picture its faces, the largest first
   */
  readonly recognize?: (images: readonly RgbImage[]) => Promise<RecognizedFace[][]>;
  /**
   * Classifies faces of one or several images; the result of a face does not depend on the others.
   * @returns calibrated probabilities in the order of {@link EMOTIONS}, [n, 7]
   */
  classify(faces: readonly FaceToClassify[]): Promise<Float32Array>;
  /** Disposes the weights. */
  dispose(): void;
}

/**
 * Loads a classifier.
 * @param model path of a model file from the current folder, or `face-api` for that package's network; default: the project's
 *   model
 * @returns the caller disposes it
 * @throws RangeError when the file is missing or not a complete model
 */
export async function loadClassifier(model?: string): Promise<Classifier> {
  if (model === FACE_API_MODEL) return loadFaceApi();
  const file = model ?? path.join(projectRoot(), DEFAULT_MODEL);
  return fromModel(decodeModel(await readModelFile(file), file), path.basename(file));
}

/** Makes a classifier of a loaded model; disposing it disposes the model's network. */
function fromModel(model: Model, name: string): Classifier {
  const { network, temperature, marginPx, faceSizePx, description } = model;
  const { inputs } = findArchitecture(model.architecture);
  const graph = compile(
    (...batch: tf.Tensor[]) => tf.tidy(() => tf.softmax(network.forward(batch, { training: false }))),
    ...inputs.map((input) => ({ example: [1, ...shapeOfInput(input)], freeAxes: [0] })),
  );
  const classify = async (faces: readonly FaceToClassify[]) => {
    const answers = new Float32Array(faces.length * EMOTIONS.length);
    for (let start = 0; start < faces.length; start += MAX_BATCH) {
      const some = faces.slice(start, start + MAX_BATCH);
      const output = tf.tidy(() => graph.run(...inputs.map((input) => toInput(input, some))));
      const rows = ((await output.data()) as Float32Array).subarray(0, some.length * EMOTIONS.length);
      answers.set(rows, start * EMOTIONS.length);
      output.dispose();
    }
    return scaleByTemperature(answers, temperature);
  };
  return {
    name,
    description,
    marginPx,
    faceSizePx,
    seesFace: inputs.includes('face'),
    classify,
    dispose: () => [graph, network].forEach((part) => part.dispose()),
  };
}

/** Makes a batch of one of the network's inputs. */
function toInput(input: FaceInput, faces: readonly FaceToClassify[]): tf.Tensor {
  const size = sizeOfInput(input);
  const values = new Float32Array(Math.max(minBatch(), faces.length) * size);
  faces.forEach((face, row) => values.set(readInput(input, face), row * size));
  return inputTensor(input, values);
}

function readInput(input: FaceInput, face: FaceToClassify): Float32Array {
  if (input === 'landmarks') return normalizeLandmarks(face.landmarks);
  const pixels = input === 'face' ? face.wholeFace?.pixels : face[input];
  if (!pixels) throw new RangeError('Expected the whole face for a network that sees it but received none');
  return toModelInput(pixels);
}

async function loadFaceApi(): Promise<Classifier> {
  const network = await loadExpressionNetwork();
  return {
    name: FACE_API_MODEL,
    description:
      "face-api's expression network, which learned from photographs, with that package's own detection and alignment",
    marginPx: DEFAULT_MARGIN_PX,
    faceSizePx: MARGIN_FACE_PX,
    recognize: async (images) => {
      const found: RecognizedFace[][] = [];
      for (const image of images) found.push(await network.recognize(image));
      return found;
    },
    // For cropped faces only, where the image is the face.
    classify: (faces) => network.classifyWhole(faces.map(({ image }) => image)),
    dispose: network.dispose,
  };
}

/**
 * Reads a model file.
 * @param what is expected, for the message when the file is missing
 * @throws RangeError when it is missing, not a regular file, or too large
 */
export async function readModelFile(
  file: string,
  what = `the path of a model file, ${FACE_API_MODEL}, or no model for the project's own`,
): Promise<Uint8Array> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no such file' : cause.code;
    throw new RangeError(`Expected ${what} but received ${file}: ${reason}`, { cause });
  });
  if (found.isFile() && found.size <= MAX_MODEL_BYTES) return readFile(file);
  const received = found.isFile() ? found.size : 'no regular file';
  throw unexpected(`a file of at most ${MAX_MODEL_BYTES} bytes`, file, received);
}
