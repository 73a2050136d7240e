import fs from 'node:fs';
import path from 'node:path';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { commitOutputs, executeNotebook, withoutData } from '../notebook/notebooks';
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
  const { saveStudy } = await import('../study/committed-files');
  const { loadEvidence } = await import('../study/evidence/evidence-archive');
  const { computeQuotes, evidenceToMarkdown, replaceQuotes, summarizeEvidence } =
    await import('../study/evidence/evidence-summary');
  const { drawFigures } = await import('../study/evidence/evidence-figures');
  expectWritable(projectRoot());
  if (!options.fromPredictions) await runStudies(options.models);
  const evidence = loadEvidence();
  await saveStudy('evidence', summarizeEvidence(evidence), await drawFigures(evidence));
  const quotes = computeQuotes(evidence);
  for (const name of QUOTING_TEXTS) {
    const file = path.join(projectRoot(), name);
    fs.writeFileSync(file, replaceQuotes(fs.readFileSync(file, 'utf8'), quotes));
  }
  replaceSectionIn('README.md', 'evidence', evidenceToMarkdown(evidence));
  const scratch = homePath('results', 'latest', 'evidence');
  const settings = { ...withoutData(environment), EVIDENCE: 'committed' };
  for (const notebook of EVIDENCE_NOTEBOOKS) {
    if (!(await executeNotebook(notebook, scratch, settings)))
      throw new Error(`Expected ${notebook} to be executed but a cell failed`);
    commitOutputs(scratch, notebook);
  }
  print(
    'Written: results/reference/evidence.json, its figures, the texts that quote them, and the notebooks.',
  );
}

async function runStudies(models: readonly string[] | undefined): Promise<void> {
  const { loadEvidence, saveEvidence, withRuns } = await import('../study/evidence/evidence-archive');
  const { openEvidence } = await import('../study/evidence/open-evidence');
  const run = () => openEvidence({ models, environment: { EVIDENCE: 'full' }, print });
  if (!models) return saveEvidence(await run());
  const committed = loadEvidence();
  const known = new Set(Object.values(committed.runs).flatMap((runs) => runs.map(({ model }) => model)));
  const stranger = models.find((model) => !known.has(model));
  if (stranger)
    throw new RangeError(`Expected some of ${[...known].join(', ')} for --models but received ${stranger}`);
  saveEvidence(withRuns(committed, await run()));
}
