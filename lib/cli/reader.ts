import { type Command, Option } from 'commander';
import { LABEL_RULES, type LabelRule } from '../core/votes';
import { NUMBERINGS, type Numbering } from '../core/emotions';

/** What says which reader opens a folder, and how. */
export interface ReaderFlags {
  readonly dataset: string;
  readonly mapping?: string;
  readonly labels?: LabelRule;
  readonly numbered?: Numbering;
}

/** Adds the flags of a data set's reader to a command. */
export function addReaderOptions(command: Command): Command {
  return command
    .option('--dataset <id>', 'its reader; `datasets` lists them', 'folder')
    .option('--mapping <file>', 'mapping file, for --dataset mapping')
    .addOption(
      new Option('--labels <rule>', 'how votes label, for --dataset fer-plus (default strict)').choices(
        LABEL_RULES,
      ),
    )
    .addOption(numberedOption());
}

/** Makes the flag that tells whose numbers classes have. */
export function numberedOption(): Option {
  return new Option('--numbered <dataset>', 'whose numbers classes that are named by numbers have').choices(
    NUMBERINGS,
  );
}
