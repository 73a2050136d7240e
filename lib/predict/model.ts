import { open } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { type RgbImage, toModelInput } from '../core/image';
import { type CutBlocks, DEFAULT_MARGIN_PX } from '../core/landmarks';
import { LANDMARK_FEATURES, normalizeLandmarks } from '../core/landmark-features';
import { scaleByTemperature } from '../core/temperature';
import { projectRoot } from '../engine/project';
import { loadExpressionNetwork } from '../faces/detect-expressions';
import { findArchitecture } from '../model/architectures';
import { decodeModel, MAX_MODEL_BYTES, type Model } from '../model/model-file';

/** The model that is used when none is named. */
export const DEFAULT_MODEL = path.join('models', 'default.safetensors');

/** The name that stands for face-api's expression network in the place of a model file. */
export const FACE_API_MODEL = 'face-api';

/** A face as a classifier takes it. */
export interface FaceToClassify {
  /** [68, 2] in pixels of the image. */
  readonly landmarks: Float32Array;
  readonly blocks: CutBlocks;
}

/** Tells the expressions of faces. */
export interface Classifier {
  /** What it is called in results. */
  readonly name: string;
  /** One sentence that says what it learned from. */
  readonly description: string;
  /** Pixels that the boxes grow by on each side. */
  readonly marginPx: number;
  /** The face's size in pixels that the margin was chosen for; undefined: the margin is the same for any face. */
  readonly faceSizePx?: number;
  /**
   * Classifies the faces of one image.
   * @returns calibrated probabilities in the order of {@link EMOTIONS}, [n, 7]
   */
  classify(image: RgbImage, faces: readonly FaceToClassify[]): Promise<Float32Array>;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * Loads what classifies faces.
 * @param model path of a model file, from the current folder; `face-api` for that package's own network; default the
 *   model that the project carries
 * @returns the caller disposes it
 * @throws RangeError that names the file when it is missing or no whole model
 */
export async function loadClassifier(model?: string): Promise<Classifier> {
  if (model === FACE_API_MODEL) return loadFaceApi();
  const file = model ?? path.join(projectRoot(), DEFAULT_MODEL);
  return fromModel(decodeModel(await readModelFile(file), file), path.basename(file));
}

/**
 * Makes a classifier of a model in memory.
 * @param name what it is called in results
 * @returns disposing it disposes the model's network
 */
export function fromModel(model: Model, name: string): Classifier {
  const { network, temperature, marginPx, faceSizePx, description } = model;
  const { seesLandmarks } = findArchitecture(model.architecture);
  const classify = async (_: RgbImage, faces: readonly FaceToClassify[]) => {
    if (faces.length === 0) return new Float32Array(0);
    const toTensor = (part: 'eyes' | 'mouth') => {
      const levels = new Uint8Array(Buffer.concat(faces.map(({ blocks }) => blocks[part])));
      return tf.tensor4d(toModelInput(levels), [faces.length, BLOCK_SIZE, BLOCK_SIZE, 1]);
    };
    const output = tf.tidy(() => {
      const inputs = [toTensor('eyes'), toTensor('mouth'), ...(seesLandmarks ? [toFeatures(faces)] : [])];
      return tf.softmax(network.forward(inputs, { training: false }));
    });
    const probabilities = (await output.data()) as Float32Array;
    output.dispose();
    return scaleByTemperature(probabilities, temperature, EMOTIONS.length);
  };
  return { name, description, marginPx, faceSizePx, classify, dispose: () => network.dispose() };
}

function toFeatures(faces: readonly FaceToClassify[]): tf.Tensor2D {
  const rows = faces.map(({ landmarks }) => normalizeLandmarks(landmarks));
  return tf.tensor2d(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, LANDMARK_FEATURES]);
}

async function loadFaceApi(): Promise<Classifier> {
  const network = await loadExpressionNetwork();
  return {
    name: FACE_API_MODEL,
    description: "face-api's expression network: it sees the whole face and learned from photographs",
    marginPx: DEFAULT_MARGIN_PX,
    classify: (image, faces) =>
      network.classify(
        image,
        faces.map(({ landmarks }) => landmarks),
      ),
    dispose: network.dispose,
  };
}

/**
 * Reads a model file, when it is one file and not too large.
 * @throws RangeError that names it
 */
export async function readModelFile(file: string): Promise<Uint8Array> {
  const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
    throw new RangeError(`Expected a model file for ${file} but received ${cause.code}`, { cause });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > MAX_MODEL_BYTES)
      throw new RangeError(
        `Expected a file of at most ${MAX_MODEL_BYTES} bytes for ${file} but received ${stat.isFile() ? `${stat.size}` : 'another thing'}`,
      );
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
