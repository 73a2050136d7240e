import fs from 'node:fs';
import path from 'node:path';
import { expectWritable, homePath, projectRoot } from '../files/project';
import {
  evidenceDirectory,
  loadEvidence,
  saveEvidence,
  withRuns,
  type Evidence,
} from '../study/evidence/archive';
import {
  computeQuotes,
  evidenceToMarkdown,
  replaceQuotes,
  saveEvidenceFile,
} from '../study/evidence/evidence-file';
import { runEvidence } from '../study/evidence/open-evidence';
import { replaceSection } from '../study/markdown';
import { executeNotebook } from './notebook';
import { commitOutputs, withoutData } from './commit-outputs';

/** The notebooks that read the evidence. */
export const EVIDENCE_NOTEBOOKS = [
  'notebooks/what-the-original-measured.ipynb',
  'notebooks/generalisation.ipynb',
  'notebooks/more-characters.ipynb',
  'notebooks/confidence.ipynb',
  'notebooks/attention.ipynb',
  'notebooks/where-it-looks.ipynb',
] as const;

/** Texts that quote figures of the evidence. */
export const QUOTING_TEXTS = ['README.md', 'docs/model-card.md'] as const;

/**
 * Makes the evidence: runs what is not in the cache, saves predictions, evidence.json and figures, puts the figures
 * into the texts that quote them, and executes the notebooks.
 * @param options.fromPredictions runs nothing: everything is computed from the committed predictions
 * @param options.models runs these alone; the other runs, attribution and answers about hard images stay as committed
 * @throws Error when the project's folder cannot be written or a notebook cannot be executed, RangeError for a model that the evidence has not
 */
export async function makeEvidence(options: {
  readonly fromPredictions?: boolean;
  readonly models?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { fromPredictions, models, environment, print } = options;
  expectWritable(projectRoot());
  if (!fromPredictions) await runStudies(models, print);
  const evidence = loadEvidence();
  await saveEvidenceFile(path.join(projectRoot(), 'results', 'reference'), evidence);
  quoteFigures(evidence);
  for (const notebook of EVIDENCE_NOTEBOOKS) await executeAndCommit(notebook, environment);
  print('Made: results/reference/evidence.json, its figures, the texts that quote them, and the notebooks.');
}

async function runStudies(
  models: readonly string[] | undefined,
  print: (line: string) => void,
): Promise<void> {
  const committed = models && loadEvidence();
  const known = new Set(
    Object.values(committed?.runs ?? {}).flatMap((runs) => runs.map(({ model }) => model)),
  );
  const stranger = models?.find((model) => !known.has(model));
  if (stranger)
    throw new RangeError(`Expected some of ${[...known].join(', ')} for --models but received ${stranger}`);
  const made = await runEvidence({ size: 'full', models, environment: {}, print });
  saveEvidence(evidenceDirectory(), committed ? withRuns(committed, made) : made);
}

function quoteFigures(evidence: Evidence): void {
  const quotes = computeQuotes(evidence);
  for (const name of QUOTING_TEXTS) {
    const file = path.join(projectRoot(), name);
    fs.writeFileSync(file, replaceQuotes(fs.readFileSync(file, 'utf8'), quotes));
  }
  const readme = path.join(projectRoot(), 'README.md');
  const text = replaceSection(fs.readFileSync(readme, 'utf8'), 'evidence', evidenceToMarkdown(evidence));
  fs.writeFileSync(readme, text);
}

async function executeAndCommit(notebook: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const scratch = homePath('results', 'latest', 'evidence');
  const settings = { ...withoutData(environment), EVIDENCE: 'committed' };
  if (!(await executeNotebook(notebook, scratch, settings)))
    throw new Error(`Expected ${notebook} to be executed but a cell failed`);
  commitOutputs(path.join(scratch, path.basename(notebook)), path.join(projectRoot(), notebook));
}
