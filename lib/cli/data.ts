import { type Command, Option } from 'commander';
import { type Numbering, NUMBERINGS } from '../core/emotions';
import type { Experiment } from '../core/experiment';
import { LABEL_RULES, type LabelRule } from '../core/votes';
import type { OpenedDataset } from '../study/open-dataset';
import { followOnStderr, tell } from './terminal';

/** Flags that name labelled images. */
export interface DataFlags {
  readonly data?: string;
  readonly numbered?: string;
  readonly cropped?: boolean;
}

/** Flags that choose the reader of a data set. */
export interface ReaderFlags {
  readonly dataset: string;
  readonly mapping?: string;
  readonly labels?: LabelRule;
  readonly numbered?: Numbering;
  readonly cropped?: boolean;
}

/** Adds the flags that name labelled images. */
export function addDataOptions(command: Command): Command {
  const data = command.option(
    '--data <folder>',
    "labelled images: class folders, a table of labels (CSV), or FERG-DB's folders; default: FERG_DIR, IMAGES_DIR, DATASET_DIR or the sample",
  );
  return addCroppedOption(addNumberedOption(data));
}

/** Adds the flags of a data set's reader. */
export function addReaderOptions(command: Command): Command {
  const reader = command
    .option('--dataset <id>', 'reader of the data set, as `npx . datasets` lists them', 'folder')
    .option('--mapping <file>', 'mapping file, for --dataset mapping')
    .addOption(
      new Option(
        '--labels <rule>',
        'how votes become a label, for --dataset fer-plus (default strict)',
      ).choices(LABEL_RULES),
    );
  return addCroppedOption(addNumberedOption(reader));
}

/** Adds the flag for images that are cropped faces. */
export function addCroppedOption(command: Command): Command {
  return command.option(
    '--cropped',
    'each image is a cropped face: faces are not detected (default: CROPPED=1)',
  );
}

function addNumberedOption(command: Command): Command {
  const numbered = new Option('--numbered <dataset>', 'data set whose numbering the class numbers follow');
  return command.addOption(numbered.choices(NUMBERINGS));
}

/**
 * Opens the labelled images of flags or environment, and tells on standard error what the reader left out.
 * @throws RangeError when they cannot be used
 */
export async function openFlagged(
  { data, numbered, cropped }: DataFlags,
  experiment: Experiment,
): Promise<OpenedDataset> {
  const { openData } = await import('../study/open-dataset');
  const dataset = await openData(experiment, data, followOnStderr('Drawing'), { numbered, cropped });
  dataset.notes?.forEach(tell);
  return dataset;
}
