import { type Command, Option } from 'commander';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { readCropped } from '../core/experiment';
import { checkOutput } from '../files/output';
import { expectWritable, projectRoot } from '../files/project';
import { watchStop } from '../notebook/stop';
import { openAnswers } from '../predict/answers';
import type { PredictionFormat } from '../predict/format';
import { addCroppedOption } from './data';
import { numberBetween } from './number';
import { followOnStderr, STOPPED_STATUS, tell } from './terminal';

/** Flags of the command. */
export interface PredictFlags {
  readonly model?: string;
  readonly cropped?: boolean;
  readonly format: PredictionFormat;
  readonly abstainBelow?: number;
  readonly filesFrom?: string;
  readonly output?: string;
  readonly annotate?: string;
  /** Pictures per second of a video, at most. */
  readonly fps: number;
  /** Seconds over which a video's answers are averaged. */
  readonly smooth?: number;
}

const HELP = `
Pictures: JPEG, PNG, WebP, GIF, TIFF, AVIF. For HEIC, BMP and others a message says what to do. Of an animation or a file
with several pages, only the first picture is used, and a message says so. Every face of a picture is answered, the
largest first.

Videos: need ffmpeg 5.1 or newer. Each answer has the time of its picture. A truncated video is answered up to its end,
and a message says how much is missing. Faces are followed from picture to picture, and detected anew after 0.4 s.

Folders: are searched with all subfolders. Pictures and videos are recognised by content, not by name. Each of them gets
an answer, or a message on standard error with the reason. Other files, hidden files, and links to folders, which are not
entered, are counted at the end.

Smallest face: from brows to chin a fortieth of the picture's longer side (100 pixels of 4000x3000), and 30 pixels. Next
to a face of an eighth of that side, faces below a fourteenth may be missed.

Models:
  default         the project's model, for photographs and drawings; models/README.md states its accuracy.
                  \`npx . evaluate --data FOLDER\` measures it on your pictures.
  face-api        the network of the face-api package, with that package's detection (SSD), landmarks and alignment
  FILE            a file that the train command wrote; models/drawn.safetensors was trained on drawn faces only

With --output, a run that was stopped goes on when the same command is called again.

Exit status: 0 all pictures and videos were read to the end; 1 one was not (the others are answered), or an error;
2 wrong usage; 130 after Ctrl-C.

Examples:
  npx . predict photo.jpg
  npx . predict --format csv --output answers.csv photos/
  find . -name '*.jpg' | npx . predict --files-from - --format json
  curl -s … | npx . predict -
`;

/** Defines `predict`. */
export function define(command: Command): void {
  addCroppedOption(
    command
      .argument('[files...]', 'pictures, folders, patterns, videos; -: one picture from standard input')
      .option('-m, --model <file>', "model file, or face-api; default: the project's model"),
  )
    .addOption(
      new Option('-f, --format <format>', 'format of the answers')
        .choices(['text', 'json', 'csv'])
        .default('text'),
    )
    .option(
      '--abstain-below <probability>',
      'answers with a lower probability are `unsure` (default 0.5)',
      numberBetween(0, 1),
    )
    .option('--files-from <file>', 'read names from a file, one per line or ended by NUL; -: standard input')
    .option(
      '-o, --output <file>',
      'file, written whole or not at all, or device or pipe; default: standard output, also -',
    )
    .option('--annotate <folder>', 'write pictures with faces, boxes and answers drawn in')
    .option(
      '--fps <rate>',
      'maximum number of pictures per second of a video; all: every picture',
      parseRate,
      2,
    )
    .option(
      '--smooth <seconds>',
      "average a video's answers per face over this time; default: no averaging",
      numberBetween(0.001, 600),
    )
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: PredictFlags) => {
      if (files.length === 0 && flags.filesFrom === undefined)
        command.error('error: Expected pictures, folders or videos but received none');
      process.exitCode = await predictFiles(files, flags);
    });
}

function parseRate(text: string): number {
  return text === 'all' ? Infinity : numberBetween(0.001, 120)(text);
}

/**
 * Names the expressions in pictures and videos. Problems of single files go to standard error. A run that writes to a
 * file and was stopped is continued by the same call.
 * @param files paths, folders, patterns, or `-`
 * @returns the exit status: 0 when every file was read, 1 when one was not, 130 after Ctrl-C
 * @throws RangeError when the model or a name cannot be used
 */
export async function predictFiles(files: readonly string[], flags: PredictFlags): Promise<number> {
  const { describeFrames, predictionWriter, toOneLine } = await import('../predict/format');
  const { expandInputs, readNames } = await import('../predict/inputs');
  const { predictInputs } = await import('../predict/predict-inputs');
  const { isUnread, loadPredictor } = await import('../predict/predictor');
  const { saveAnnotated } = await import('../predict/annotated');
  const { format, output, annotate, filesFrom } = flags;
  const cropped = flags.cropped ?? readCropped(process.env);
  const names = [...files, ...(filesFrom === undefined ? [] : await readNames(filesFrom))];
  if (names.length === 0) throw new RangeError('Expected pictures, folders or videos but received none');
  const notes: string[] = [];
  const inputs = await expandInputs(names, (note) => notes.push(note));
  const paths = inputs.flatMap(({ kind, source }) => (kind === 'stdin' ? [] : [source]));
  checkOutput(output, '--output', paths);
  if (annotate !== undefined) expectWritable(path.resolve(annotate), '--annotate');
  const predictor = await loadPredictor({ ...flags, cropped });
  const stop = watchStop();
  const writer = predictionWriter(format);
  const answers = await openAnswers({
    output,
    start: writer.start,
    sources: inputs.map(({ source }) => source),
    canResume: paths.length === inputs.length,
    settings: await describeSettings({ ...flags, cropped }),
    tell,
  });
  const follow = inputs.length > 1 ? followOnStderr('Pictures') : undefined;
  const { before } = answers;
  let { pictures: count, unread } = before;
  try {
    const left = inputs.slice(before.inputs);
    const options = {
      framesPerSecond: flags.fps,
      smoothSeconds: flags.smooth,
      stdin: process.stdin,
      shouldStop: stop.isRequested,
    };
    for await (const { result, image, input } of predictInputs(predictor, left, options)) {
      const text = writer.write(result, count);
      await answers.write(text, { input: before.inputs + input, isUnread: isUnread(result) });
      count += 1;
      if (isUnread(result)) {
        unread += 1;
        const name = toOneLine(result.source);
        tell(`${name}: ${result.reason.replaceAll(result.source, name)}`);
      } else {
        if (annotate) await saveAnnotated(annotate, { result, image: image! }, count);
        const frames = describeFrames(result);
        if (frames) tell(frames);
      }
      follow?.(Math.min(count, inputs.length), inputs.length);
    }
    // A stopped run does not write the output file; standard output is ended as its format requires.
    if (stop.isRequested() && answers.part)
      tell(`Stopped. ${answers.part} has the answers so far; the same command continues.`);
    else await answers.finish(writer.end(count));
    notes.map(toOneLine).forEach(tell);
  } finally {
    await answers.discard();
    stop.dispose();
    predictor.dispose();
  }
  if (stop.isRequested()) return STOPPED_STATUS;
  return unread > 0 ? 1 : 0;
}

/** Describes everything that answers depend on, except the inputs. */
async function describeSettings(flags: PredictFlags): Promise<string> {
  const { DEFAULT_MODEL, FACE_API_MODEL, readModelFile } = await import('../predict/model');
  const { model = path.join(projectRoot(), DEFAULT_MODEL), format, abstainBelow, cropped, annotate } = flags;
  const weights =
    model === FACE_API_MODEL
      ? model
      : createHash('sha256')
          .update(await readModelFile(model))
          .digest('hex');
  const folder = annotate && path.resolve(annotate);
  const answered = { weights, format, abstainBelow, cropped, fps: flags.fps, smooth: flags.smooth, folder };
  return JSON.stringify(answered);
}
