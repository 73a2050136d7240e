import { Command, Option } from 'commander';
import { croppedOption } from './cropped';
import { numberBetween } from './number';
import { print } from './print';
import { addReaderOptions, type ReaderFlags } from './reader';

/** What the command is given. */
interface PreprocessFlags extends ReaderFlags {
  readonly cropped?: boolean;
  readonly out?: string;
  readonly margin?: number;
  readonly workers?: number;
  readonly queue?: string;
  readonly worker?: string;
}

/** `preprocess`: a folder of any data set to a store. */
export const preprocessCommand = addReaderOptions(new Command('preprocess'))
  .description('find the faces of a data set, cut their blocks, and write them to one Arrow file')
  .argument('[dir]', "the data set's folder")
  .addOption(croppedOption())
  .option('--out <dir>', 'where blocks.arrow and skipped.csv go; default data/stores/<id>')
  .option('--margin <px>', 'pixels around the boxes; default 10', numberBetween(0, 1000, { isWhole: true }))
  .option(
    '--workers <n>',
    'processes that compute; default one a core for 1,024 images or more',
    numberBetween(1, 1024, { isWhole: true }),
  )
  .addOption(
    new Option('--queue <url>', 'give the work to workers by a queue on Redis, redis://host:6379').conflicts(
      'workers',
    ),
  )
  .addOption(
    new Option('--worker <url>', 'be such a worker, for whatever folder, until it is interrupted').conflicts([
      'queue',
      'workers',
      'mapping',
      'labels',
      'numbered',
      'cropped',
      'out',
      'margin',
    ]),
  )
  .action(async (directory: string | undefined, flags: PreprocessFlags, command: Command) => {
    const { runPreprocess, runWorker } = await import('../commands/preprocess');
    if (flags.worker && directory)
      command.error(`Expected no folder beside --worker (the queue names it) but received ${directory}`);
    if (flags.worker) return runWorker(flags.worker, print);
    if (!directory) command.error('Expected a folder for dir but received none');
    await runPreprocess(directory, { ...flags, print });
  });
