import type { RgbImage } from '../core/image';
import { type BadImage, isBadImage } from '../faces/bad-image';
import { decodeImage } from '../faces/decode';
import { MAX_IMAGE_BYTES, readNamedFile } from '../faces/read-image';
import { expandInputs, type Input } from './inputs';
import type { Classifier } from './model';
import { loadPredictor, type PicturePrediction, type Predictor, type UnreadPicture } from './predictor';
import { createSmoother } from './smooth';
import { readFrames, VideoError } from './video';
import { isVideoFile } from './video-format';

/** A picture with what was said of it, or why it could not be read. */
export interface LookedAt {
  readonly result: PicturePrediction | UnreadPicture;
  /** The picture itself, where it was read. */
  readonly image?: RgbImage;
}

/** How inputs are gone through. */
export interface PredictInputsOptions {
  /** Pictures a second that a video is asked for, default 2; Infinity for all that it has. */
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

/**
 * Looks at one input after the other. What cannot be read is part of the result, and the others go on.
 * @returns one element a picture, several a video, in the inputs' order
 */
export async function* predictInputs(
  predictor: Predictor,
  inputs: readonly Input[],
  options: PredictInputsOptions = {},
): AsyncGenerator<LookedAt> {
  for (const input of inputs) {
    if (options.shouldStop?.()) return;
    if (input.kind === 'file' && (await isVideoFile(input.source)))
      yield* predictVideo(predictor, input.source, options);
    else yield await predictOne(predictor, input, options);
    // A turn of the event loop, so that Ctrl-C is seen between two pictures.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Names the expressions of all faces in pictures, folders of pictures, patterns and videos.
 * @param names paths from the current folder, as `expandInputs` takes them
 * @param options.model path of a model file, `face-api`, or a loaded classifier, which is disposed; default the
 *   project's own model
 * @param options.abstainBelow the probability below which the answer is `unsure`, default 0.5
 * @param options.cropped whether the pictures are cropped faces, default false
 * @returns one element a picture, in order; what could not be read says why
 * @throws RangeError for a model, folder or pattern that cannot be used
 */
export async function predictPictures(
  names: readonly string[],
  options: PredictInputsOptions & {
    readonly model?: string | Classifier;
    readonly abstainBelow?: number;
    readonly cropped?: boolean;
  } = {},
): Promise<(PicturePrediction | UnreadPicture)[]> {
  const inputs = await expandInputs(names, options.onLeftOut);
  const predictor = await loadPredictor(options);
  try {
    const results: (PicturePrediction | UnreadPicture)[] = [];
    for await (const { result } of predictInputs(predictor, inputs, options)) results.push(result);
    return results;
  } finally {
    predictor.dispose();
  }
}

async function predictOne(
  predictor: Predictor,
  { kind, source }: Input,
  { stdin }: PredictInputsOptions,
): Promise<LookedAt> {
  const read = kind === 'stdin' ? await readStdin(stdin, source) : await readNamedFile(source);
  if (isBadImage(read)) return { result: { source, ...read } };
  const image = await decodeImage(read, source);
  if (isBadImage(image)) return { result: { source, ...image } };
  const result = await predictor.predict(image, source);
  return { result: image.frames ? { ...result, frames: image.frames } : result, image };
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
      return { kind: 'too-large', reason: `Expected at most ${MAX_IMAGE_BYTES} bytes for ${source} but received more` }; // prettier-ignore
    chunks.push(chunk);
  }
  if (size > 0) return Buffer.concat(chunks);
  return { kind: 'empty-file', reason: `Expected an image for ${source} but received 0 bytes` };
}

async function* predictVideo(
  predictor: Predictor,
  source: string,
  { framesPerSecond = 2, smoothSeconds, shouldStop }: PredictInputsOptions,
): AsyncGenerator<LookedAt> {
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
