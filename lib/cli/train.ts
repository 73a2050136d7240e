import { Command, Option } from 'commander';
import { FOLDER_VARIABLES } from '../core/experiment';
import { croppedOption } from './cropped';
import { addExperimentOptions, experimentOf, type ExperimentFlags } from './experiment';
import { numberBetween } from './number';
import { print } from './print';
import { numberedOption } from './reader';

interface TrainFlags extends ExperimentFlags {
  readonly data?: string;
  readonly numbered?: string;
  readonly cropped?: boolean;
  readonly generated?: number;
  readonly architecture: string;
  readonly output: string;
}

/** `train`: from a data set to a model file. */
export const trainCommand = addExperimentOptions(new Command('train'))
  .description('train a network and write its model file, for predict --model')
  .requiredOption('-o, --output <file>', 'model file to write, *.safetensors')
  .option(
    '--architecture <name>',
    'Combined (the quickest good one), Compact or TerGat (the original)',
    'Combined',
  )
  .option(
    '--data <folder>',
    "FERG-DB's layout, class folders or a table of labels; default FERG_DIR, IMAGES_DIR, DATASET_DIR or the sample",
  )
  .addOption(numberedOption())
  .addOption(croppedOption())
  .addOption(
    new Option('--generated <count>', 'train on so many generated characters instead')
      .argParser(numberBetween(1, 100_000, { isWhole: true }))
      .conflicts(['data', 'cropped']),
  )
  .addHelpText(
    'after',
    '\nOn fewer than 640 faces batches are smaller than 64, unless --batch-size says otherwise.' +
      '\nCtrl-C ends training after the batch at hand; the same command goes on from the last whole epoch.',
  )
  .action(async (flags: TrainFlags, command: Command) => {
    refuseSampleSize(flags, command);
    const { runTrain } = await import('../commands/train');
    const { data, numbered, cropped, generated, architecture, output } = flags;
    const request = {
      data,
      numbered,
      cropped,
      generated,
      architecture,
      output,
      experiment: experimentOf(flags),
      keepsBatchSize: flags.batchSize !== undefined || Boolean(process.env.BATCH_SIZE),
      print,
    };
    if (!(await runTrain(request))) process.exitCode = 130;
  });

/** What sizes drawn characters says nothing of other data: who sets it expects fewer images than would come. */
function refuseSampleSize(flags: TrainFlags, command: Command): void {
  const { data, generated, clipsPerCell, framesPerClip } = flags;
  const stray =
    clipsPerCell !== undefined
      ? 'clips-per-cell'
      : framesPerClip !== undefined
        ? 'frames-per-clip'
        : undefined;
  const beside = data !== undefined ? '--data' : FOLDER_VARIABLES.find((name) => process.env[name]);
  if (stray === undefined || beside === undefined || generated !== undefined) return;
  const text = `Expected no --${stray} beside ${beside} (it sizes drawn characters) but received one: leave either out`;
  command.error(`error: ${text}`, { exitCode: 2 });
}
