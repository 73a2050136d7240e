import { hash } from 'node:crypto';
import path from 'node:path';
import { readCropped } from '../core/experiment-settings';
import { checkOutput } from '../files/write-file';
import { expectWritable, projectRoot } from '../files/project';
import { runStoppable } from '../notebook/stop';
import { openAnswers } from '../predict/answers';
import {
  choice,
  chooseFormat,
  defineCommand,
  followOnStderr,
  number,
  STOPPED,
  tell,
  text,
  type ValuesOf,
} from './command';
import { SHARED } from './experiment';

const ALL = new Map([['all', Infinity]]);

const FORMATS = ['text', 'json', 'csv'] as const;

const OPTIONS = {
  cropped: SHARED.cropped,
  ...SHARED.prediction,
  format: choice(
    '-f, --format <format>',
    'format of the answers; default: by the ending of --output, else text',
    FORMATS,
  ),
  filesFrom: text('--files-from <file>', 'read names, one per line or ended by NUL; -: standard input'),
  annotate: text('--annotate <folder>', 'write pictures with faces, boxes and answers drawn in'),
  fps: number('--fps <rate>', 'pictures per second of a video, at most; or all', 0.001, 120, ALL).or(2),
  smooth: number('--smooth <seconds>', "average a video's answers per face over this time", 0.001, 600),
};

type Values = ValuesOf<typeof OPTIONS>;

const HELP = `Pictures: JPEG, PNG, WebP, GIF, TIFF, AVIF; the first one of an animation or of several pages. Videos need ffmpeg 5.1 or
newer; each answer has the time of its picture. Folders are searched with all subfolders, but not through links; pictures
and videos are recognised by content. All faces are listed, the largest first. Files that cannot be read are listed on
standard error with the reason; files that are neither pictures nor videos are counted at the end.

Smallest face: from brows to chin 1/40 of the picture's longer side (100 pixels of 4000x3000), and at least 30 pixels. If
a face has at least 1/8 of that side, faces smaller than 1/14 may be missed.

Models:
  none given  the project's model, for photographs and drawings; models/README.md states its accuracy
  face-api    the network of the face-api package, with that package's detection (SSD), landmarks and alignment
  FILE        written by \`npx . train\`; models/drawn.safetensors was trained on drawn faces only

With --output, the same command continues a run that was stopped. A file that ends with .json or .csv gets this format,
unless --format names another.

Exit status: 0 all pictures and videos were read to the end; 1 one was not (the others are answered), or an error;
2 wrong usage; 130 after Ctrl-C.

Examples:
  npx . predict photo.jpg
  npx . predict --output answers.csv photos/
  find . -name '*.jpg' | npx . predict --files-from - --format json
  curl -s … | npx . predict -`;

/** Defines `predict`. */
export const define = defineCommand({
  operands: { '[files...]': 'pictures, folders, patterns, videos; -: one picture from standard input' },
  options: OPTIONS,
  help: HELP,
  run(values, files, refuse) {
    if (files.length === 0 && values.filesFrom === undefined)
      return refuse('Expected pictures, folders or videos but received none');
    return predictFiles(files, values);
  },
});

/**
 * Names the expressions in pictures and videos. Problems of single files go to standard error. A run that writes to a
 * file and was stopped is continued by the same call.
 * @param files paths, folders, patterns, or `-`
 * @returns the exit status: 0 when every file was read, 1 when one was not, 130 after Ctrl-C
 * @throws RangeError when the model or a name cannot be used
 */
export async function predictFiles(files: readonly string[], values: Values): Promise<number> {
  const { describeFrames, PREDICTION_WRITERS, toOneLine } = await import('../predict/format');
  const { expandInputs, predictInputs, readNames } = await import('../predict/predict-inputs');
  const { isUnread, loadPicturePredictor } = await import('../predict/predictor');
  const { output, annotate, filesFrom } = values;
  const format = chooseFormat(FORMATS, values.format, output);
  const cropped = values.cropped ?? readCropped(process.env);
  const names = [...files, ...(filesFrom === undefined ? [] : await readNames(filesFrom))];
  if (names.length === 0) throw new RangeError('Expected pictures, folders or videos but received none');
  const { inputs, notes } = await expandInputs(names);
  const paths = inputs.flatMap(({ kind, source }) => (kind === 'stdin' ? [] : [source]));
  checkOutput(output, '--output', paths);
  if (annotate !== undefined) expectWritable(path.resolve(annotate), '--annotate');
  const predictor = await loadPicturePredictor({ ...values, cropped });
  return runStoppable('prediction', async (shouldStop) => {
    const writer = PREDICTION_WRITERS[format];
    const answers = await openAnswers({
      output,
      start: writer.start,
      sources: inputs.map(({ source }) => source),
      canResume: paths.length === inputs.length,
      settings: await describeSettings({ ...values, format, cropped }),
      tell,
    });
    const follow = inputs.length > 1 ? followOnStderr('Pictures') : undefined;
    const { before } = answers;
    let { pictures: count, unread } = before;
    try {
      const left = inputs.slice(before.inputs);
      const rates = { framesPerSecond: values.fps, smoothSeconds: values.smooth };
      const options = { ...rates, stdin: process.stdin, shouldStop };
      for await (const { result, image, input } of predictInputs(predictor, left, options)) {
        const text = writer.write(result, count);
        await answers.write(text, { input: before.inputs + input, isUnread: isUnread(result) });
        count += 1;
        if (isUnread(result)) {
          unread += 1;
          const name = toOneLine(result.source);
          tell(`${name}: ${result.reason.replaceAll(result.source, name)}`);
        } else {
          if (annotate) {
            const { saveAnnotated } = await import('../predict/show-predictions'); // Loads resvg.
            await saveAnnotated(annotate, { result, image: image! }, count);
          }
          const frames = describeFrames(result);
          if (frames) tell(frames);
        }
        follow?.(Math.min(count, inputs.length), inputs.length);
      }
      // A stopped run does not write the output file; standard output is ended as its format requires.
      if (shouldStop() && answers.part)
        tell(`Stopped. ${answers.part} has the answers so far; the same command continues.`);
      else await answers.finish(writer.end);
      notes.map(toOneLine).forEach(tell);
    } finally {
      await answers.discard();
      predictor.dispose();
    }
    if (shouldStop()) return STOPPED;
    return unread > 0 ? 1 : 0;
  });
}

/** Describes everything that answers depend on, except the inputs. */
async function describeSettings(values: Values): Promise<string> {
  const { DEFAULT_MODEL, FACE_API_MODEL, readModelFile } = await import('../predict/classifier');
  const { model = path.join(projectRoot(), DEFAULT_MODEL), format, abstainBelow, cropped, annotate } = values;
  const weights = model === FACE_API_MODEL ? model : hash('sha256', await readModelFile(model));
  const folder = annotate && path.resolve(annotate);
  const answered = { weights, format, abstainBelow, cropped, fps: values.fps, smooth: values.smooth, folder };
  return JSON.stringify(answered);
}
