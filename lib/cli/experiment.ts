import { NUMBERINGS } from '../core/emotions';
import { type Experiment, limitBatchSize, readExperiment } from '../core/experiment-settings';
import { TRAIN_SHARE } from '../core/split';
import { LABEL_RULES } from '../core/votes';
import type { Dataset } from '../datasets/dataset';
import { runStoppable } from '../notebook/stop';
import type { FoldResult, FoldSettings } from '../study/folds/run-folds';
import type { CrossValidation } from '../study/folds/score-folds';
import type { OpenedDataset } from '../study/open-dataset';
import { choice, followOnStderr, integer, number, tell, text, toggle, type ValuesOf } from './command';

const cropped = toggle(
  '--cropped',
  'each image is a cropped face: faces are not detected (default: CROPPED=1)',
);

const numbered = choice(
  '--numbered <dataset>',
  'data set whose numbering the class numbers follow',
  NUMBERINGS,
);

/** Options that several commands have, by subject. */
export const SHARED = {
  cropped,
  /** Labelled images. */
  data: {
    data: text(
      '--data <folder>',
      "labelled images: class folders, a table of labels (CSV), or FERG-DB's folders; default: FERG_DIR, IMAGES_DIR, DATASET_DIR or the sample",
    ),
    numbered,
    cropped,
  },
  /** The reader of a data set. */
  reader: {
    dataset: text('--dataset <id>', 'reader of the data set, as `npx . datasets` lists them').or('folder'),
    mapping: text('--mapping <file>', 'mapping file, for --dataset mapping'),
    labels: choice(
      '--labels <rule>',
      'rule from votes to labels, for fer-plus (default strict)',
      LABEL_RULES,
    ),
    numbered,
    cropped,
  },
  prediction: {
    model: text('-m, --model <file>', "model file, or face-api; default: the project's model"),
    abstainBelow: number('--abstain-below <probability>', 'below this, answer `unsure` (default 0.5)', 0, 1),
    output: text(
      '-o, --output <file>',
      'file (written as a whole), device or pipe; default -: standard output',
    ),
  },
  training: {
    epochs: integer('--epochs <count>', 'passes over all training images (default 15)', 1),
    seed: integer('--seed <integer>', 'seed of split, weights, batches and dropout (default 1)', 0),
    batchSize: integer('--batch-size <count>', 'images per step (default 64; Residual networks: 128)', 1),
    learningRate: number('--learning-rate <rate>', "Adam's learning rate (default 0.001)", 1e-9, 1),
    margin: integer('--margin <pixels>', 'margin around each box (default 10)', 0),
  },
  /** Size of a drawn sample. */
  sample: {
    clipsPerCell: integer('--clips-per-cell <count>', 'clips per character and expression (default 10)', 1),
    framesPerClip: integer('--frames-per-clip <count>', 'frames of each clip (default 4)', 1),
  },
};

/**
 * Completes the options of training, sample and split by the environment's settings and the defaults.
 * @throws RangeError when the environment holds an invalid value
 */
export function chooseExperiment(
  values: ValuesOf<typeof SHARED.training & typeof SHARED.sample> & { readonly split?: Experiment['split'] },
): Experiment {
  const given: Readonly<Record<string, unknown>> = { ...values, marginPx: values.margin };
  const settings = Object.entries(readExperiment(process.env));
  const chosen = settings.map(([name, value]) => [name, given[name] ?? value] as const);
  return Object.fromEntries(chosen) as unknown as Experiment;
}

/**
 * Reduces the batch size when there are few faces, unless the user chose it, and prints the reduced size.
 * @param given the user's batch size, if it is not `BATCH_SIZE`
 * @param found number of all faces
 */
export function fitBatch(
  experiment: Experiment,
  given: number | undefined,
  found: number,
  print: (line: string) => void,
): Experiment {
  const batchSize = limitBatchSize(experiment.batchSize, Math.floor(TRAIN_SHARE * found));
  if (given || process.env.BATCH_SIZE || batchSize >= experiment.batchSize) return experiment;
  print(`Batches of ${batchSize} images, because there are few; --batch-size or BATCH_SIZE sets another.`);
  return { ...experiment, batchSize };
}

/**
 * Opens the labelled images of options or environment, and prints on standard error what the reader left out.
 * @throws RangeError when they cannot be used
 */
export async function openLabelled(
  { data, numbered, cropped }: ValuesOf<typeof SHARED.data>,
  experiment: Experiment,
): Promise<OpenedDataset> {
  const { openData } = await import('../study/open-dataset');
  const dataset = await openData(experiment, data, followOnStderr('Drawing'), { numbered, cropped });
  dataset.notes?.forEach(tell);
  return dataset;
}

/** How the folds of a leave-one-person-out evaluation are run. */
export interface FoldsRun extends FoldSettings {
  /** The user's batch size; default: that of the experiment, smaller for few faces. */
  readonly batchSize?: number;
  /** A queue on Redis whose workers run the folds; default: this process does. */
  readonly queue?: string;
  readonly print: (line: string) => void;
}

/** A checkpoint has the weights, Adam's two averages, and the best epoch's weights, each as float32. */
const BYTES_A_PARAMETER = 16;

/**
 * Leaves one person out: trains and tests a network once per person. After Ctrl-C the same call continues.
 * @returns undefined when it was stopped
 * @throws RangeError when the persons or a setting cannot be used
 */
export async function crossValidate(dataset: Dataset, run: FoldsRun): Promise<CrossValidation | undefined> {
  const { findArchitecture } = await import('../model/architectures');
  const { countParameters } = await import('../model/networks/network');
  const { expectPersons, planFolds, runFolds } = await import('../study/folds/run-folds');
  const { gatherAnswers, scoreFolds } = await import('../study/folds/score-folds');
  const { preprocessDataset } = await import('../study/open-dataset');
  const { startEngine } = await import('../tensor/backend');
  const start = performance.now();
  const { print } = run;
  expectPersons(dataset.records);
  const { backend } = await startEngine();
  const { inputs, build } = findArchitecture(run.architecture);
  const { blocks, shards } = await preprocessDataset(dataset, run.experiment, followOnStderr('Faces'), {
    wholeFace: inputs.includes('face'),
  });
  const experiment = fitBatch(run.experiment, run.batchSize, blocks.records.length, print);
  const folds = planFolds(blocks).length;
  const network = build({ seed: experiment.seed });
  const model = network.name;
  const parameters = countParameters(network);
  network.dispose();
  const megabytes = Math.ceil((folds * parameters * BYTES_A_PARAMETER) / 1e6);
  print(`${folds} folds of ${model}; their checkpoints in data/cache/training take about ${megabytes} MB.`);
  let ended = 0;
  const onFold = ({ person, validation, bestEpoch, reusedEpochs }: FoldResult) => {
    const reused = reusedEpochs > 0 ? `, ${reusedEpochs} of them from checkpoints` : '';
    const epochs = `${experiment.epochs} epochs${reused}, best epoch ${bestEpoch}`;
    print(`${++ended} of ${folds}: ${person} tested, ${validation} for validation: ${epochs}`);
  };
  const runAll = (shouldStop?: () => boolean) =>
    runFolds({ ...run, experiment, blocks, shards, onFold, shouldStop });
  // The queue's workers continue by themselves: with a queue, Ctrl-C ends this process at once.
  const results = await (run.queue ? runAll() : runStoppable('training', runAll));
  if (!results) return undefined;
  const answers = gatherAnswers(dataset.records, blocks, results);
  const figures = scoreFolds(answers, results, experiment.seed);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { dataset, blocks, answers, figures, experiment, model, parameters, folds, backend, seconds };
}
