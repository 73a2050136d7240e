import fs from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../core/experiment';
import { homePath } from '../engine/project';
import type { Variant } from '../engine/setup';
import { executeNotebook, REPORT_NOTEBOOK } from './notebook';
import { expectStep, runSetUp } from './set-up';

/** Seconds of each stage, as report.json has them. */
interface ReportFile {
  seconds: Record<string, number>;
}

/**
 * Makes the report: sets up what is missing, executes the notebook, and completes report.json with the times of
 * set-up and of the whole.
 * @param options.resultsDirectory absolute; default results/latest
 * @throws RangeError for a wrong setting; Error when JupyterLab cannot be set up or a cell fails
 */
export async function runReport(options: {
  readonly variant?: Variant;
  readonly resultsDirectory?: string;
  /** The notebook's settings, default this process' environment. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}): Promise<void> {
  // A wrong setting is told before anything is set up or taken away.
  readExperiment(options.environment ?? process.env);
  const start = performance.now();
  const results = options.resultsDirectory ?? homePath('results', 'latest');
  const steps = await runSetUp(options.variant, options.print);
  for (const name of ['Python', 'kernel', 'helpers']) expectStep(steps, name, 'the report');
  const setup = (performance.now() - start) / 1000;
  const file = path.join(results, 'report.json');
  fs.rmSync(file, { force: true });
  const isFinished = await executeNotebook(REPORT_NOTEBOOK, results, options.environment);
  if (!isFinished) throw new Error('The report was not finished.');
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as ReportFile;
  report.seconds = {
    setup: round(setup),
    ...report.seconds,
    total: round((performance.now() - start) / 1000),
  };
  fs.writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  options.print(
    `The report is in ${path.relative(process.cwd(), results) || '.'} (${report.seconds.total} s).`,
  );
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
