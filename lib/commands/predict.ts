import { createHash } from 'node:crypto';
import path from 'node:path';
import { readCropped } from '../core/experiment';
import type { RgbImage } from '../core/image';
import { decodeText, readText } from '../datasets/text';
import { expectWritable, projectRoot } from '../files/project';
import { saveWhole } from '../files/whole-file';
import { watchStop } from '../notebook/stop';
import { expandInputs, STANDARD_INPUT } from '../predict/inputs';
import {
  describeFrames,
  formatAnswer,
  type PredictionFormat,
  predictionWriter,
  toOneLine,
} from '../predict/format';
import { DEFAULT_MODEL, FACE_API_MODEL, readModelFile } from '../predict/model';
import { predictInputs } from '../predict/predict-inputs';
import { isUnread, loadPredictor, type PicturePrediction } from '../predict/predictor';
import { annotatePicture } from '../figures/annotate';
import { openAnswers } from './answers';
import { checkOutput } from './output';
import { followOnStderr } from './progress';

/** What {@link runPredict} is asked for. */
export interface PredictRequest {
  readonly files: readonly string[];
  /** File with one path a line, or ended by NUL, or `-`. */
  readonly filesFrom?: string;
  readonly model?: string;
  /** Whether the pictures are cropped faces; default what `CROPPED` says. */
  readonly cropped?: boolean;
  readonly format: PredictionFormat;
  readonly abstainBelow?: number;
  /** File to write, whole or not at all; default standard output. */
  readonly output?: string;
  /** Folder for pictures with faces and answers drawn in. */
  readonly annotate?: string;
  readonly framesPerSecond: number;
  /** Seconds that a video's answers are smoothed over; default: not at all. */
  readonly smoothSeconds?: number;
}

/**
 * Names the expressions in pictures and videos. Problems of single files go to standard error, and the others go on. A run
 * that writes to a file and was stopped is gone on with by the same request.
 * @returns the exit status: 0 when every file was read, 1 when one was not, 130 after Ctrl-C
 * @throws RangeError when the model or a name cannot be used
 */
export async function runPredict(request: PredictRequest): Promise<number> {
  const {
    format,
    output,
    annotate,
    framesPerSecond,
    smoothSeconds,
    cropped = readCropped(process.env),
  } = request;
  const names = [...request.files, ...(await readList(request.filesFrom))];
  if (names.length === 0) throw new RangeError('Expected pictures, folders or videos but received none');
  const notes: string[] = [];
  const inputs = await expandInputs(names, (note) => notes.push(note));
  const files = inputs.flatMap(({ kind, source }) => (kind === 'stdin' ? [] : [source]));
  checkOutput(output, '--output', files);
  if (annotate !== undefined) expectWritable(path.resolve(annotate), '--annotate');
  const predictor = await loadPredictor({ ...request, cropped });
  const stop = watchStop();
  const writer = predictionWriter(format);
  const answers = await openAnswers({
    output,
    start: writer.start,
    sources: inputs.map(({ source }) => source),
    canResume: files.length === inputs.length,
    settings: await describeSettings({ ...request, cropped }),
    tell,
  });
  const follow = inputs.length > 1 ? followOnStderr('Pictures') : undefined;
  const { before } = answers;
  let { pictures: count, unread } = before;
  try {
    const options = { framesPerSecond, smoothSeconds, stdin: process.stdin, shouldStop: stop.isRequested };
    const left = inputs.slice(before.inputs);
    for await (const { result, image, input } of predictInputs(predictor, left, options)) {
      const text = writer.write(result, count);
      await answers.write(text, { input: before.inputs + input, isUnread: isUnread(result) });
      count += 1;
      if (isUnread(result)) {
        unread += 1;
        const name = toOneLine(result.source);
        tell(`${name}: ${result.reason.replaceAll(result.source, name)}`);
      } else if (annotate) await saveAnnotated(annotate, { result, image: image! }, count);
      const frames = isUnread(result) ? undefined : describeFrames(result);
      if (frames) tell(frames);
      follow?.(Math.min(count, inputs.length), inputs.length);
    }
    // A run that was stopped does not make the output file; what goes to standard output ends as its format requires.
    if (stop.isRequested() && answers.part)
      tell(`Stopped: ${answers.part} keeps the answers so far; the same command goes on.`);
    else await answers.finish(writer.end(count));
    notes.map(toOneLine).forEach(tell);
  } finally {
    await answers.discard();
    stop.dispose();
    predictor.dispose();
  }
  if (stop.isRequested()) return 130;
  return unread > 0 ? 1 : 0;
}

/** Describes all that answers depend on but the inputs. */
async function describeSettings(request: PredictRequest): Promise<string> {
  const {
    model = DEFAULT_MODEL,
    format,
    abstainBelow,
    cropped,
    framesPerSecond,
    smoothSeconds,
    annotate,
  } = request;
  const file = model === DEFAULT_MODEL ? path.join(projectRoot(), model) : model;
  const weights =
    model === FACE_API_MODEL
      ? model
      : createHash('sha256')
          .update(await readModelFile(file))
          .digest('hex');
  const folder = annotate === undefined ? null : path.resolve(annotate);
  return JSON.stringify([
    weights,
    format,
    abstainBelow ?? null,
    cropped,
    framesPerSecond,
    smoothSeconds ?? null,
    folder,
  ]);
}

/** Tells on standard error what is no answer. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Names stand one a line, or end by NUL as `find -print0` writes them. */
async function readList(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  const isStandard = file === STANDARD_INPUT;
  const text = isStandard ? decodeText(await readBytes(process.stdin)) : readText(file, '--files-from');
  return text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((name) => name !== '');
}

async function readBytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Saves a picture with what was seen in it. */
async function saveAnnotated(
  folder: string,
  { result, image }: { readonly result: PicturePrediction; readonly image: RgbImage },
  number: number,
): Promise<void> {
  const faces = result.faces.map((face) => ({ ...face, label: formatAnswer(face) }));
  await saveWhole(
    path.join(folder, nameAnnotated(result.source, number)),
    await annotatePicture(image, faces),
  );
}

/** What no file may be called on Windows, and what is no text: control characters and halves of surrogate pairs. */
const NOT_IN_NAMES = /[<>:"/\\|?*\p{Cc}\p{Cs}]+/gu;

/** Bytes of a picture's own name that are kept: file systems allow 255 in all. */
const KEPT_BYTES = 200;

/**
 * Names an annotated picture by number and picture: pictures of different folders may have the same name. Letters of any
 * script stay as they are.
 */
export function nameAnnotated(source: string, number: number): string {
  const { name } = path.parse(source);
  let stem = '';
  for (const letter of name.replace(NOT_IN_NAMES, '-')) {
    if (Buffer.byteLength(stem + letter) > KEPT_BYTES) break;
    stem += letter;
  }
  return `${String(number).padStart(4, '0')}-${stem}.jpg`;
}
