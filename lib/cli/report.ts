import fs from 'node:fs';
import path from 'node:path';
import { toSkippedCsv } from '../core/blocks';
import { readExperiment } from '../core/experiment-settings';
import { LEAVE_ONE_PERSON_OUT } from '../core/split';
import { homePath } from '../files/project';
import { executeNotebook, REPORT_NOTEBOOK } from '../notebook/notebooks';
import type { Variant } from '../setup/native';
import { defineCommand, followOnStderr, print, tell, text } from './command';
import { crossValidate, type FoldsRun } from './experiment';
import { setUpNotebooks, VARIANT_OPTIONS, variantOf } from './setup';

/** Defines `report`. */
export const define = defineCommand({
  options: {
    ...VARIANT_OPTIONS,
    queue: text('--queue <url>', 'with SPLIT=leave-one-person-out: a queue on Redis, redis://host:6379'),
  },
  help: `SPLIT=leave-one-person-out trains once per person instead of executing the notebook: figures and predictions over all
persons, each by a network that was not trained on that person. The workers of a queue run the folds.`,
  run: ({ queue, ...values }) => makeReport({ variant: variantOf(values), queue }),
});

/**
 * Makes the report: sets up what is missing, executes the notebook, and adds the times of set-up and in total to
 * report.json. With `SPLIT=leave-one-person-out` it runs all folds instead of the notebook.
 * @param options.results folder, absolute; default results/latest
 * @param options.environment settings of the notebook; default this process' environment
 * @throws RangeError for a wrong setting; Error when JupyterLab cannot be set up or a cell fails
 */
export async function makeReport(options: {
  readonly variant?: Variant;
  readonly results?: string;
  readonly queue?: string;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<void> {
  const { environment = process.env, queue, variant, results = homePath('results', 'latest') } = options;
  // Checks the settings before anything is set up or deleted.
  const { split } = readExperiment(environment);
  const isFolds = split === LEAVE_ONE_PERSON_OUT;
  if (queue !== undefined && !isFolds)
    throw new RangeError(`Expected SPLIT=${LEAVE_ONE_PERSON_OUT} with --queue but received ${split}`);
  const start = performance.now();
  const secondsSinceStart = () => Math.round((performance.now() - start) / 100) / 10;
  if (isFolds) await (await import('../setup')).setUp(print, variant);
  else await setUpNotebooks('the report', variant);
  const setup = secondsSinceStart();
  const file = path.join(results, 'report.json');
  fs.rmSync(file, { force: true });
  const isFinished = isFolds
    ? await reportFolds({ environment, results, queue, print })
    : await executeNotebook(REPORT_NOTEBOOK, results, environment);
  if (!isFinished)
    throw new Error(`The report was not finished${isFolds ? '; the same command continues' : ''}.`);
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as { seconds: Record<string, number> };
  report.seconds = { setup, ...report.seconds, total: secondsSinceStart() };
  fs.writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  print(`The report is in ${path.relative('', results) || '.'} (${report.seconds.total} s).`);
}

/** Parts of the notebook's report that a leave-one-person-out evaluation does not have. */
const LEFT_OUT = [
  'the executed notebook',
  'learning curves',
  'the baselines nearest and boxes',
  'sample, block and attention figures',
  'overlap of blocks with true ones',
];

/**
 * Makes the report of a leave-one-person-out evaluation: report.json, predictions.csv, split.json, skipped.csv and the
 * confusion matrix.
 * @param options.architecture default TerGat
 * @returns false when it was stopped
 * @throws what {@link crossValidate} throws
 */
export async function reportFolds(
  options: Omit<FoldsRun, 'experiment' | 'architecture'> & {
    readonly results: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly architecture?: string;
  },
): Promise<boolean> {
  const { environment, results, architecture = 'TerGat', print } = options;
  const { confusionChart } = await import('../figures/class-charts');
  const { nameFigures, saveFigure } = await import('../figures/figure');
  const { foldsToJson, foldsToText, toPredictionsCsv } = await import('../study/folds/score-folds');
  const { openDataset } = await import('../study/open-dataset');
  const experiment = readExperiment(environment);
  const dataset = await openDataset(experiment, environment, followOnStderr('Drawing'));
  dataset.notes?.forEach(tell);
  const batchSize = environment.BATCH_SIZE ? experiment.batchSize : undefined;
  const done = await crossValidate(dataset, { ...options, experiment, architecture, batchSize });
  if (!done) return false;
  const { answers, blocks, figures } = done;
  const folds = figures.persons.map(({ person, validation }) => ({ test: person, validation }));
  fs.mkdirSync(results, { recursive: true });
  for (const [name, content] of Object.entries({
    'report.json': foldsToJson(done, LEFT_OUT),
    'predictions.csv': toPredictionsCsv(answers),
    'skipped.csv': toSkippedCsv(blocks.skipped),
    'split.json': `${JSON.stringify({ name: LEAVE_ONE_PERSON_OUT, folds }, null, 1)}\n`,
  }))
    fs.writeFileSync(path.join(results, name), content);
  const subtitle = `${dataset.name}, one person left out, all folds`;
  const chart = confusionChart(figures.score.matrix, { subtitle });
  await saveFigure(chart, results, nameFigures(done.experiment).heatmap);
  print(foldsToText(done).trimEnd());
  print(`A report of ${LEAVE_ONE_PERSON_OUT} does not have: ${LEFT_OUT.join(', ')}.`);
  return true;
}
