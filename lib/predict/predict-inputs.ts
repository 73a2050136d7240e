import fs from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { RgbImage } from '../core/image';
import { countEndings, decodeText, isImageName, isUnreadName, readText } from '../datasets/tree';
import { badImage, type BadImage, isBadImage } from '../faces/picture/decode';
import { isImage, readBatches, MAX_IMAGE_BYTES, readNamedFile } from '../faces/picture/read-images';
import {
  loadPicturePredictor,
  type PicturePrediction,
  type PicturePredictor,
  type PicturePredictorOptions,
  type UnreadPicture,
} from './predictor';
import { readFrames, VideoError } from './video';
import { recognizeFile } from './video-file';

/** Name of standard input in a list of pictures. */
const STANDARD_INPUT = '-';

/** An input: a file, which is a picture or a video by its content; a picture file; or the bytes on standard input. */
export interface Input {
  readonly kind: 'file' | 'picture' | 'stdin';
  /** Path as the user wrote it, or below a folder that the user wrote. */
  readonly source: string;
}

/**
 * Reads names of files, one per line or ended by NUL as `find -print0` writes them.
 * @param file path of the list, or {@link STANDARD_INPUT}
 */
export async function readNames(file: string): Promise<string[]> {
  const text =
    file === STANDARD_INPUT ? decodeText(await buffer(process.stdin)) : readText(file, '--files-from');
  return text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((name) => name !== '');
}

const GLOB = /[*?[\]{}]/;

/** Names of videos; a file with such a name and other content is reported. */
const VIDEO_NAME = /\.(mp4|m4v|mov|avi|mkv|webm|mpe?g|wmv|flv|3gp|m2ts|ogv|vob|mjpe?g)$/i;

/**
 * Lists the pictures and videos of names: files, folders with their subfolders (sorted, links to folders are not followed), and
 * patterns such as `photos/**\/*.jpg`, for shells that do not expand them. In a folder, pictures and videos are recognised by
 * content; files with the name of one are listed too, so that reading them reports the error.
 * @param names paths from the current folder, patterns, or {@link STANDARD_INPUT}
 * @returns `notes`: sentences about the other files of a folder
 * @throws RangeError for a pattern without a match, or without any picture or video; a missing file is reported when it is read
 */
export async function expandInputs(
  names: readonly string[],
): Promise<{ readonly inputs: Input[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const inputs: Input[] = [];
  for (const name of names) for (const input of await expandName(name, notes)) inputs.push(input);
  if (inputs.length > 0) return { inputs, notes };
  throw new RangeError(`Expected pictures or videos but found none: ${notes.join('; ')}`);
}

async function expandName(name: string, notes: string[]): Promise<Input[]> {
  if (name === STANDARD_INPUT) return [{ kind: 'stdin', source: 'standard input' }];
  const stat = await fs.stat(name).catch(() => undefined);
  if (stat?.isDirectory()) return expandFolder(name, notes);
  if (stat || !GLOB.test(name)) return [toInput(name)];
  const { glob } = await import('tinyglobby');
  const matches = await glob(name, { onlyFiles: true, absolute: path.isAbsolute(name) });
  if (matches.length > 0) return matches.sort().map(toInput);
  throw new RangeError(`Expected files that match ${name} but found none`);
}

async function expandFolder(folder: string, notes: string[]): Promise<Input[]> {
  const listing = { files: [] as string[], closed: [] as string[], hidden: 0, links: 0 };
  await listBelow(folder, listing);
  const { files, closed, hidden, links } = listing;
  const wanted: string[] = [];
  const others: string[] = [];
  for (const file of files) ((await isWanted(file)) ? wanted : others).push(file);
  const parts = [
    ...(others.length > 0 ? [`no pictures or videos: ${countEndings(others)}`] : []),
    ...(hidden > 0 ? [`hidden: ${hidden}`] : []),
    ...(links > 0 ? [`links to folders, not entered: ${links}`] : []),
  ];
  if (parts.length > 0) notes.push(`left out of ${folder}: ${parts.join('; ')}`);
  else if (files.length + closed.length === 0) notes.push(`${folder} is empty`);
  // Reading a folder that cannot be listed reports the error.
  return [...wanted, ...closed].map(toInput);
}

async function isWanted(file: string): Promise<boolean> {
  if (isImageName(file) || isUnreadName(file) || VIDEO_NAME.test(file)) return true;
  // A file that cannot be read may be one; reading it reports the error.
  return (await recognizeFile(file).catch(() => 'unread')) !== undefined;
}

/**
 * Lists files before folders, both sorted.
 * @param listing counts hidden entries and links to folders; `closed` are the folders that cannot be read
 */
async function listBelow(
  folder: string,
  listing: { files: string[]; closed: string[]; hidden: number; links: number },
): Promise<void> {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return void listing.closed.push(folder);
  const folders: string[] = [];
  for (const entry of entries.sort((first, second) => (first.name < second.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.name.startsWith('.')) listing.hidden += 1;
    else if (entry.isDirectory()) folders.push(file);
    else if (entry.isSymbolicLink() && (await isFolder(file))) listing.links += 1;
    else listing.files.push(file);
  }
  for (const one of folders) await listBelow(one, listing);
}

async function isFolder(name: string): Promise<boolean> {
  const stat = await fs.stat(name).catch(() => undefined);
  return stat?.isDirectory() ?? false;
}

function toInput(source: string): Input {
  return { kind: 'file', source };
}

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
  /** Time constant of smoothing for videos; default: no smoothing. */
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
      else {
        const { frames } = image;
        yield { result: { ...results.next().value!, ...(frames && { frames }) }, image, input };
      }
    }
    // Lets the event loop handle Ctrl-C between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
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
  const predict = predictor.follow(source, smoothSeconds);
  try {
    for await (const { image, seconds } of readFrames(source, framesPerSecond)) {
      if (shouldStop?.()) return;
      yield { result: { ...(await predict(image, seconds)), seconds }, image };
    }
  } catch (error) {
    // Ctrl-C also ends ffmpeg, which is not an error of the video.
    if (shouldStop?.()) return;
    const kind = error instanceof VideoError ? error.kind : 'unreadable-file';
    yield { result: { source, kind, reason: (error as Error).message } };
  }
}
