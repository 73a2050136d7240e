import fs from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../core/experiment';
import { LEAVE_ONE_PERSON_OUT } from '../core/split';
import { homePath } from '../files/project';
import type { Variant } from '../setup';
import { reportFolds } from './folds';
import { executeNotebook, REPORT_NOTEBOOK } from './notebook';
import { expectStep, runSetUp } from './set-up';

/** Seconds of each stage, as report.json has them. */
interface ReportFile {
  seconds: Record<string, number>;
}

/**
 * Makes the report: sets up what is missing, executes the notebook, and completes report.json with the times of
 * set-up and of the whole. With `SPLIT=leave-one-person-out` it runs all folds in place of the notebook.
 * @param options.resultsDirectory absolute; default results/latest
 * @throws RangeError for a wrong setting; Error when JupyterLab cannot be set up or a cell fails
 */
export async function runReport(options: {
  readonly variant?: Variant;
  readonly resultsDirectory?: string;
  /** A queue on Redis whose workers run the folds of leave-one-person-out; default: this process does. */
  readonly queue?: string;
  /** The notebook's settings, default this process' environment. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}): Promise<void> {
  // A wrong setting is told before anything is set up or taken away.
  const { environment = process.env, queue, print } = options;
  const { split } = readExperiment(environment);
  const isFolds = split === LEAVE_ONE_PERSON_OUT;
  if (queue !== undefined && !isFolds)
    throw new RangeError(`Expected SPLIT=${LEAVE_ONE_PERSON_OUT} beside --queue but received ${split}`);
  const start = performance.now();
  const results = options.resultsDirectory ?? homePath('results', 'latest');
  const steps = await runSetUp(options.variant, print);
  if (!isFolds) for (const name of ['Python', 'kernel', 'helpers']) expectStep(steps, name, 'the report');
  const setup = (performance.now() - start) / 1000;
  const file = path.join(results, 'report.json');
  fs.rmSync(file, { force: true });
  const isFinished = isFolds
    ? await reportFolds({ environment, resultsDirectory: results, queue, print })
    : await executeNotebook(REPORT_NOTEBOOK, results, environment);
  if (!isFinished)
    throw new Error(
      `The report was not finished${isFolds ? ': the same command goes on with what was trained' : ''}.`,
    );
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as ReportFile;
  report.seconds = {
    setup: round(setup),
    ...report.seconds,
    total: round((performance.now() - start) / 1000),
  };
  fs.writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  print(`The report is in ${path.relative(process.cwd(), results) || '.'} (${report.seconds.total} s).`);
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
