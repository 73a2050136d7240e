import { Command, InvalidArgumentError } from 'commander';
import { print } from './print';

/** What the command is given. */
interface PreprocessFlags {
  readonly dataset: string;
  readonly mapping?: string;
  readonly out?: string;
  readonly margin?: number;
  readonly workers?: number;
}

function toInteger(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`Expected an integer but received ${value}`);
}

/** `preprocess`: a folder of any data set to a store. */
export const preprocessCommand = new Command('preprocess')
  .description('find the faces of a data set, cut their blocks, and write them to one Arrow file')
  .argument('<dir>', "the data set's folder")
  .option('--dataset <id>', 'its reader; `datasets` lists them', 'folder')
  .option('--mapping <file>', 'mapping file, for --dataset mapping')
  .option('--out <dir>', 'where blocks.arrow and skipped.csv go; default data/stores/<id>')
  .option('--margin <px>', 'pixels around the boxes; default 10', toInteger)
  .option('--workers <n>', 'processes that compute; default 1', toInteger)
  .action(async (directory: string, flags: PreprocessFlags) => {
    const { runPreprocess } = await import('../commands/preprocess');
    await runPreprocess(directory, { ...flags, print });
  });
