import fs from 'node:fs';
import path from 'node:path';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { commitOutputs, executeNotebook, withoutData } from '../notebook/notebooks';
import {
  type Evidence,
  evidenceDirectory,
  loadEvidence,
  saveEvidence,
  withRuns,
} from '../study/evidence/archive';
import { replaceSectionIn } from '../study/markdown';
import { defineCommand, Flag, print, toggle } from './command';

/** The notebooks that show the evidence. */
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

/** Defines `evidence`. */
export const define = defineCommand({
  options: {
    fromPredictions: toggle('--from-predictions', 'run no study: use the committed predictions'),
    models: new Flag<readonly string[] | undefined>(
      '--models <names...>',
      'run only these models, such as faceapi; committed results of the others stay',
    ).conflicts('fromPredictions'),
  },
  run: (values) => makeEvidence(process.env, values),
});

/**
 * Computes the evidence: runs the jobs that are not cached, saves predictions, evidence.json and figures, updates the
 * texts that quote figures, and executes the notebooks.
 * @param environment settings of the notebooks
 * @param options.fromPredictions if true, no study is run: all is computed from the committed predictions
 * @param options.models the models to run, default all; other runs, attribution and results on corrupted images stay as
 *   committed
 * @throws Error when the project's folder cannot be written or a notebook fails, RangeError for an unknown model
 */
export async function makeEvidence(
  environment: NodeJS.ProcessEnv,
  options: { readonly fromPredictions?: boolean; readonly models?: readonly string[] } = {},
): Promise<void> {
  const { saveEvidenceFile } = await import('../study/evidence/evidence-file');
  const { fromPredictions, models } = options;
  expectWritable(projectRoot());
  if (!fromPredictions) await runStudies(models);
  const evidence = loadEvidence();
  await saveEvidenceFile(path.join(projectRoot(), 'results', 'reference'), evidence);
  await quoteFigures(evidence);
  for (const notebook of EVIDENCE_NOTEBOOKS) await executeAndCommit(notebook, environment);
  print(
    'Written: results/reference/evidence.json, its figures, the texts that quote them, and the notebooks.',
  );
}

async function runStudies(models: readonly string[] | undefined): Promise<void> {
  const { runEvidence } = await import('../study/evidence/open-evidence');
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

async function quoteFigures(evidence: Evidence): Promise<void> {
  const { computeQuotes, evidenceToMarkdown, replaceQuotes } =
    await import('../study/evidence/evidence-file');
  const quotes = computeQuotes(evidence);
  for (const name of QUOTING_TEXTS) {
    const file = path.join(projectRoot(), name);
    fs.writeFileSync(file, replaceQuotes(fs.readFileSync(file, 'utf8'), quotes));
  }
  replaceSectionIn('README.md', 'evidence', evidenceToMarkdown(evidence));
}

async function executeAndCommit(notebook: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const scratch = homePath('results', 'latest', 'evidence');
  const settings = { ...withoutData(environment), EVIDENCE: 'committed' };
  if (!(await executeNotebook(notebook, scratch, settings)))
    throw new Error(`Expected ${notebook} to be executed but a cell failed`);
  commitOutputs(path.join(scratch, path.basename(notebook)), path.join(projectRoot(), notebook));
}
