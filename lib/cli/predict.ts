import { Command, Option } from 'commander';
import { croppedOption } from './cropped';
import { numberBetween } from './number';

interface PredictFlags {
  readonly model?: string;
  readonly cropped?: boolean;
  readonly format: 'text' | 'json' | 'csv';
  readonly abstainBelow?: number;
  readonly filesFrom?: string;
  readonly output?: string;
  readonly annotate?: string;
  readonly fps: number;
  readonly smooth?: number;
}

const HELP = `
Pictures may be JPEG, PNG, WebP, GIF, TIFF or AVIF; HEIC, BMP and others are named, with what to do. A video needs ffmpeg
5.1 or newer; each answer has its picture's time. A video that was cut off is answered up to where it ends, and a
message says how much is missing. Of an animation or of several pages the first is looked at, and a message says so.
Every face of a picture is answered, the largest first.

Folders are searched with all that is below them; pictures and videos are known by their content, whatever they are called.
Every file is answered, or a message on standard error says why it could not be read, or it is counted at the end: what is
no picture or video, what is hidden. Links to folders are not entered.

The smallest face that is found takes a fortieth of a picture's longer side from brows to chin, 100 pixels of 4000x3000, and has
30 pixels. Beside a face that takes an eighth, those of less than a fourteenth may be left out. In a video, faces are
followed from one picture to the next and detected anew after 0.4 s.

Which model?
  none named      the project's own, for photographs and drawings; models/README.md says how often it is right.
                  On your pictures: evaluate --data YOUR_FOLDER
  face-api        the face-api package's network, with that package's own detection (SSD), landmarks and alignment
  FILE            what the train command wrote; models/drawn.safetensors learned from drawn faces alone

Exit status: 0 every picture and video was read to its end; 1 one was not, and the others are answered, or the command could
not begin or go on, and a message says why; 2 wrong usage; 130 after Ctrl-C.

Examples:
  npx . predict photo.jpg
  npx . predict --format csv --output answers.csv photos/
  find . -name '*.jpg' | npx . predict --files-from - --format json
  curl -s … | npx . predict -
`;

function parseRate(text: string): number {
  return text === 'all' ? Infinity : numberBetween(0.001, 120)(text);
}

/** `predict`: the expressions in pictures and videos. */
export const predictCommand = new Command('predict')
  .description('name the expressions of all faces in pictures, folders and videos')
  .argument('[files...]', 'pictures, folders, patterns, videos; - reads one picture from standard input')
  .option('-m, --model <file>', 'model file, or face-api; default: the project’s own')
  .addOption(croppedOption())
  .addOption(
    new Option('-f, --format <format>', 'how answers are written')
      .choices(['text', 'json', 'csv'])
      .default('text'),
  )
  .option(
    '--abstain-below <probability>',
    'less likely answers are `unsure` (default 0.5)',
    numberBetween(0, 1),
  )
  .option('--files-from <file>', 'read names from a file, one a line or ended by NUL; - is standard input')
  .option(
    '-o, --output <file>',
    'write to a file, whole or not at all, or to a device or pipe; default: standard output, which - is too',
  )
  .option('--annotate <folder>', 'write pictures with faces, boxes and answers drawn in')
  .option('--fps <rate>', 'pictures a second of a video, at most; all for each that it has', parseRate, 2)
  .option(
    '--smooth <seconds>',
    'average a video’s answers, face by face, over about so many seconds; default: not at all',
    numberBetween(0.001, 600),
  )
  .addHelpText('after', HELP)
  .action(async (files: string[], { fps, smooth, ...flags }: PredictFlags, command: Command) => {
    if (files.length === 0 && flags.filesFrom === undefined)
      command.error('error: Expected pictures, folders or videos but received none', { exitCode: 2 });
    const { runPredict } = await import('../commands/predict');
    process.exitCode = await runPredict({ files, ...flags, framesPerSecond: fps, smoothSeconds: smooth });
  });
