import type { RgbImage } from '../core/image';
import { badImage, type BadImage, type DecodedImage, isBadImage } from '../faces/picture/decode';
import { isImage, readBatches, MAX_IMAGE_BYTES, readNamedFile } from '../faces/picture/read-images';
import { expandInputs, type Input } from './inputs';
import {
  loadPicturePredictor,
  type PicturePrediction,
  type PicturePredictor,
  type PicturePredictorOptions,
  type UnreadPicture,
  createSmoother,
} from './predictor';
import { readFrames, VideoError } from './video';
import { recognizeFile } from './video-file';

/** The prediction for a picture, or why it could not be read. */
export interface InputPrediction {
  readonly result: PicturePrediction | UnreadPicture;
  /** Index of its input, from 0. */
  readonly input: number;
  /** The picture, if it could be read. */
  readonly image?: RgbImage;
}

/** Options of prediction. */
export interface PredictInputsOptions {
  /** Maximum number of frames of a video per second, default 2. */
  readonly framesPerSecond?: number;
  /** Time constant of {@link createSmoother} for videos; default: no smoothing. */
  readonly smoothSeconds?: number;
  /** Source of the bytes of `-`, default none. */
  readonly stdin?: AsyncIterable<Buffer>;
  /** Called before each picture; true stops. */
  readonly shouldStop?: () => boolean;
}

/** Maximum number of pictures in a batch. */
const BATCH_SIZE = 16;

/**
 * Predicts all inputs. An input that cannot be read has a reason as its result.
 * @returns one element per picture or frame, in the inputs' order
 */
export async function* predictInputs(
  predictor: PicturePredictor,
  inputs: readonly Input[],
  options: PredictInputsOptions = {},
): AsyncGenerator<InputPrediction> {
  const { shouldStop = () => false } = options;
  const numbered = inputs.map((input, index) => ({ ...input, index }));
  const batches = readBatches(numbered, {
    read: (input) => readInput(input, options),
    nameOf: ({ source }) => source,
    size: BATCH_SIZE,
  });
  for await (const batch of batches) {
    const pictures = batch.flatMap(({ item: { source }, image }) =>
      isImage(image) ? [{ image, source }] : [],
    );
    const results = (await predictor.predictAll(pictures)).values();
    for (const { item, image } of batch) {
      if (shouldStop()) return;
      const { source, index: input } = item;
      if (image === 'video')
        for await (const frame of predictVideo(predictor, source, options)) yield { ...frame, input };
      else if (isBadImage(image)) yield { result: { source, ...image }, input };
      else yield { result: withFrames(results.next().value!, image), image, input };
    }
    // Lets the event loop handle Ctrl-C between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Adds the number of frames of an animation, of which only the first was predicted. */
function withFrames(result: PicturePrediction, { frames }: DecodedImage) {
  return frames ? { ...result, frames } : result;
}

async function readInput(
  { kind, source }: Input,
  { stdin }: PredictInputsOptions,
): Promise<Buffer | BadImage | 'video'> {
  if (kind === 'stdin') return readStdin(stdin, source);
  // Reading the file as a picture reports the error.
  const isVideo = kind === 'file' && (await recognizeFile(source).catch(() => undefined)) === 'video';
  const bytes = isVideo ? 'video' : await readNamedFile(source);
  const isMissing =
    kind === 'file' && typeof bytes === 'object' && isBadImage(bytes) && bytes.kind === 'missing-file';
  return isMissing ? { ...bytes, reason: `Expected a file or folder for ${source} but found none` } : bytes;
}

/**
 * Predicts the expressions of all faces in pictures, folders, patterns and videos.
 * @param names paths from the current folder, as `expandInputs` takes them
 * @returns one element per picture or frame, in order; unread pictures have a reason
 * @throws RangeError for a model, folder or pattern that cannot be used
 */
export async function predictPictures(
  names: readonly string[],
  options: PredictInputsOptions & PicturePredictorOptions = {},
): Promise<(PicturePrediction | UnreadPicture)[]> {
  const { inputs } = await expandInputs(names);
  const predictor = await loadPicturePredictor(options);
  try {
    const results: (PicturePrediction | UnreadPicture)[] = [];
    for await (const { result } of predictInputs(predictor, inputs, options)) results.push(result);
    return results;
  } finally {
    predictor.dispose();
  }
}

async function readStdin(
  stdin: AsyncIterable<Buffer> | undefined,
  source: string,
): Promise<Buffer | BadImage> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin ?? []) {
    size += chunk.length;
    if (size > MAX_IMAGE_BYTES)
      return badImage('too-large', `at most ${MAX_IMAGE_BYTES} bytes`, source, 'received more');
    chunks.push(chunk);
  }
  if (size > 0) return Buffer.concat(chunks);
  return badImage('empty-file', 'an image', source, 'received 0 bytes');
}

async function* predictVideo(
  predictor: PicturePredictor,
  source: string,
  { framesPerSecond = 2, smoothSeconds, shouldStop }: PredictInputsOptions,
): AsyncGenerator<Omit<InputPrediction, 'input'>> {
  const { abstainBelow } = predictor;
  const smooth = smoothSeconds ? createSmoother({ seconds: smoothSeconds, abstainBelow }) : undefined;
  const predict = predictor.follow(source);
  try {
    for await (const { image, seconds } of readFrames(source, framesPerSecond)) {
      if (shouldStop?.()) return;
      const answer = await predict(image, seconds);
      const faces = smooth?.(answer.faces, seconds) ?? answer.faces;
      yield { result: { ...answer, seconds, faces }, image };
    }
  } catch (error) {
    // Ctrl-C also ends ffmpeg, which is not an error of the video.
    if (shouldStop?.()) return;
    const kind = error instanceof VideoError ? error.kind : 'unreadable-file';
    yield { result: { source, kind, reason: (error as Error).message } };
  }
}
