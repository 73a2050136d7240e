import type { RgbImage } from '../core/image';
import { type BadImage, type DecodedImage, isBadImage } from '../faces/picture/decode';
import { isImage, readBatches, MAX_IMAGE_BYTES, readNamedFile } from '../faces/picture/read-images';
import { expandInputs, type Input } from './inputs';
import {
  loadPicturePredictor,
  type PicturePrediction,
  type PicturePredictor,
  type PicturePredictorOptions,
  type UnreadPicture,
} from './predictor';
import { createSmoother } from './smooth';
import { readFrames, VideoError } from './video';
import { isVideoFile } from './video-format';

/** A picture with what was said of it, or why it could not be read. */
export interface InputPrediction {
  readonly result: PicturePrediction | UnreadPicture;
  /** Which of the inputs it is of, from 0. */
  readonly input: number;
  /** The picture itself, where it was read. */
  readonly image?: RgbImage;
}

/** How inputs are gone through. */
export interface PredictInputsOptions {
  /** Pictures a second that a video is asked for, default 2. */
  readonly framesPerSecond?: number;
  /** Seconds that a video's answers are smoothed over, as {@link createSmoother} does; default: not at all. */
  readonly smoothSeconds?: number;
  /** Where the bytes of `-` come from, default none. */
  readonly stdin?: AsyncIterable<Buffer>;
  /** Asked before each picture; true ends there. */
  readonly shouldStop?: () => boolean;
  /** Told of each folder what in it is no picture or video, in a sentence. */
  readonly onLeftOut?: (note: string) => void;
}

/** Pictures that are looked at at a time. */
const PICTURES_AT_A_TIME = 16;

/**
 * Looks at all inputs. What cannot be read is part of the result, and the others go on.
 * @returns one element a picture, several a video, in the inputs' order
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
    size: PICTURES_AT_A_TIME,
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
    // A turn of the event loop, so that Ctrl-C is seen between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Says of an animation how many pictures it has: only the first was looked at. */
function withFrames(result: PicturePrediction, { frames }: DecodedImage) {
  return frames ? { ...result, frames } : result;
}

async function readInput(
  { kind, source }: Input,
  { stdin }: PredictInputsOptions,
): Promise<Buffer | BadImage | 'video'> {
  if (kind === 'stdin') return readStdin(stdin, source);
  return kind === 'file' && (await isVideoFile(source)) ? 'video' : readNamedFile(source);
}

/**
 * Names the expressions of all faces in pictures, folders of pictures, patterns and videos.
 * @param names paths from the current folder, as `expandInputs` takes them
 * @returns one element a picture, in order; what could not be read says why
 * @throws RangeError for a model, folder or pattern that cannot be used
 */
export async function predictPictures(
  names: readonly string[],
  options: PredictInputsOptions & PicturePredictorOptions = {},
): Promise<(PicturePrediction | UnreadPicture)[]> {
  const inputs = await expandInputs(names, options.onLeftOut);
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
      return {
        kind: 'too-large',
        reason: `Expected at most ${MAX_IMAGE_BYTES} bytes for ${source} but received more`,
      };
    chunks.push(chunk);
  }
  if (size > 0) return Buffer.concat(chunks);
  return { kind: 'empty-file', reason: `Expected an image for ${source} but received 0 bytes` };
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
    // Ctrl-C reaches ffmpeg too; that it ended then says nothing of the video.
    if (shouldStop?.()) return;
    const kind = error instanceof VideoError ? error.kind : 'unreadable-file';
    yield { result: { source, kind, reason: (error as Error).message } };
  }
}
