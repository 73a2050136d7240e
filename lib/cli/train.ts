import { Command, Option } from 'commander';
import { addExperimentOptions, experimentOf, type ExperimentFlags } from './experiment';
import { numberBetween } from './number';
import { print } from './print';

interface TrainFlags extends ExperimentFlags {
  readonly data?: string;
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
  .option('--data <folder>', "FERG-DB's layout or class folders; default FERG_DIR, IMAGES_DIR or the sample")
  .addOption(
    new Option('--generated <count>', 'train on so many generated characters instead')
      .argParser(numberBetween(1, 100_000, { isWhole: true }))
      .conflicts('data'),
  )
  .addHelpText(
    'after',
    '\nCtrl-C ends training after the batch at hand; the same command goes on from the last whole epoch.',
  )
  .action(async (flags: TrainFlags) => {
    const { runTrain } = await import('../commands/train');
    const { data, generated, architecture, output } = flags;
    const request = { data, generated, architecture, output, experiment: experimentOf(flags), print };
    if (!(await runTrain(request))) process.exitCode = 130;
  });
