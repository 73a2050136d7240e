import fs from 'node:fs';
import path from 'node:path';
import { EXPERIMENT_VARIABLES, FOLDER_VARIABLES, READER_VARIABLES } from '../../lib/core/experiment-settings';
import { expectWritable, HOME_VARIABLE, homePath, projectRoot } from '../../lib/files/project';
import { replaceSectionIn } from '../../lib/study/markdown';
import { resultsToMarkdown, type ReportFile } from '../../lib/study/report';
import { makeBenchReference } from '../run-bench';
import { makeReport } from '../../lib/cli/report';
import { makeEvidence } from '../../lib/cli/evidence';
import { runNotebooks } from '../../lib/cli/notebooks';
import { commitOutputs, listNotebooks, REPORT_NOTEBOOK } from '../../lib/notebook/notebooks';
import { makeComparisonReference } from './compare';
import type { ReferenceContext } from './context';
import { makeCompositesReference } from '../composites';
import { makeDemoReference, runTest } from './demo';
import { makeModelReference } from './model';
import { makeScaleReference } from '../data-at-scale';

/** Files of a report that are not committed: they are too large, or their content is in other files. */
const NOT_COMMITTED = /\.(html|ipynb)$/;

/** The parts of the committed results, in order; later ones may use results of earlier ones. */
const PARTS = {
  report: makeReportPart,
  bench: makeBenchReference,
  compare: makeComparisonReference,
  scale: makeScaleReference,
  composites: makeCompositesReference,
  // Runs that are in data/cache/evidence are not run again.
  evidence: ({ environment }) => makeEvidence(environment),
  notebooks: makeNotebooks,
  // What the browser test measures in the real JupyterLab, and its screenshots.
  lab: ({ directory, environment }) =>
    runTest('test/long/lab.long.ts', { ...environment, RESULTS_DIR: directory }),
  demo: makeDemoReference,
  model: makeModelReference,
} satisfies Record<string, (context: ReferenceContext) => Promise<void>>;

/** The names of the parts, in their order. */
export const REFERENCE_PARTS = Object.keys(PARTS) as readonly (keyof typeof PARTS)[];

/**
 * Computes the committed results with the default settings; settings in the environment are ignored.
 * @param parts names; none: all
 * @throws RangeError for an unknown part; Error when the project's folder cannot be written or a part cannot be made
 */
export async function runReference(parts: readonly string[], print: (line: string) => void): Promise<void> {
  const stray = parts.find((part) => !(part in PARTS));
  if (stray !== undefined)
    throw new RangeError(`Expected one of ${REFERENCE_PARTS.join(', ')} for parts but received ${stray}`);
  const settings = [...Object.keys(EXPERIMENT_VARIABLES), ...FOLDER_VARIABLES, ...READER_VARIABLES];
  settings.push('CROPPED', 'ENGINE', 'EVIDENCE', 'PICTURES', 'MODEL');
  expectWritable(projectRoot());
  // Some parts read the settings of this process.
  for (const name of settings) delete process.env[name];
  const environment = { ...process.env };
  const directory = path.join(projectRoot(), 'results', 'reference');
  for (const part of REFERENCE_PARTS.filter((name) => parts.length === 0 || parts.includes(name))) {
    await PARTS[part]({ directory, environment, print });
  }
}

/** Computes the report, the notebook's outputs and the README's table without any cache. */
async function makeReportPart({ directory, environment, print }: ReferenceContext): Promise<void> {
  // In an empty folder, so that no cached result is used.
  const scratch = homePath('data', 'scratch');
  fs.rmSync(scratch, { recursive: true, force: true });
  // If the defaults have changed, the last run's figures have other names and would remain.
  const figures = fs.readdirSync(directory).filter((name) => /^(TerGat|heatmap)_.*\.(png|svg)$/.test(name));
  for (const name of figures) fs.rmSync(path.join(directory, name));
  const settings = { ...environment, [HOME_VARIABLE]: scratch };
  try {
    await makeReport({ results: directory, environment: settings });
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
  commitOutputs(directory, REPORT_NOTEBOOK);
  for (const name of fs.readdirSync(directory).filter((file) => NOT_COMMITTED.test(file))) {
    fs.rmSync(path.join(directory, name));
  }
  const report = JSON.parse(fs.readFileSync(path.join(directory, 'report.json'), 'utf8')) as ReportFile;
  replaceSectionIn('README.md', 'results', resultsToMarkdown(report));
  print('Written: the report in results/reference, the outputs in the notebook, the table in the README.');
}

/** Executes all other notebooks and replaces the committed outputs. */
async function makeNotebooks({ environment }: ReferenceContext): Promise<void> {
  const folder = homePath('results', 'latest');
  const isDone = await runNotebooks([], { ...environment, RESULTS_DIR: folder });
  if (!isDone) throw new Error('Expected every notebook to run but one failed');
  for (const file of listNotebooks()) if (file !== REPORT_NOTEBOOK) commitOutputs(folder, file);
}
