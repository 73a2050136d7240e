import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { projectRoot } from '../../lib/files/project';
import { DEFAULT_MODEL } from '../../lib/predict/classifier';
import { loadPicturePredictor } from '../../lib/predict/predictor';
import { evaluateModel, type ModelEvaluation } from '../../lib/study/evaluate-models';
import { openDataset } from '../../lib/study/open-dataset';
import { formatCount, markdownTable } from '../../lib/study/markdown';
import { followOnStderr } from '../../lib/cli/command';
import { type ReferenceContext, writeReference } from './context';
import { formatPercent } from '../../lib/core/metrics';
import type { FrameRecord } from '../../lib/core/record';

/**
 * Evaluates the default model on the six characters: results/reference/default-model.json, and the table in its card.
 * Takes about two minutes.
 */
export async function makeModelReference(context: ReferenceContext): Promise<void> {
  const dataset = await openDataset(DEFAULT_EXPERIMENT, {}, followOnStderr('Drawing'));
  const model = path.join(projectRoot(), DEFAULT_MODEL);
  const predictor = await loadPicturePredictor({ faces: 'largest' });
  try {
    const evaluation = await evaluateModel(predictor, dataset, { onProgress: followOnStderr('Images') });
    const sha256 = createHash('sha256').update(fs.readFileSync(model)).digest('hex');
    const file = toDefaultModelFile(evaluation!, dataset.records, { sha256, dataset: dataset.name });
    const table = { page: 'models/README.md', section: 'six', text: defaultModelToMarkdown(file) };
    writeReference(context, 'default-model', file, table);
  } finally {
    predictor.dispose();
  }
}

/** Evaluation of the default model on the six characters drawn by hand, none of which was in its training set. */
export type DefaultModelFile = ReturnType<typeof toDefaultModelFile>;

/**
 * Selects the committed figures of an evaluation.
 * @param records of the data set, in its order
 * @param facts.sha256 of the model's file, hexadecimal
 * @returns shares from 0 to 1; a missed face counts as an error. `answered` is the share of the found faces with an answer
 *   other than `unsure`; calibrationError is the expected calibration error over the found faces
 */
export function toDefaultModelFile(
  evaluation: ModelEvaluation,
  records: readonly FrameRecord[],
  facts: { readonly sha256: string; readonly dataset: string },
) {
  const { score, outcomes, answered, rightOfAnswered, calibrationError } = evaluation;
  const names = [...new Set(records.map(({ character }) => character))].sort();
  const rateOf = (name: string) => {
    const own = outcomes.filter((_, index) => records[index].character === name);
    return own.filter(Boolean).length / own.length;
  };
  return {
    ...facts,
    images: records.length,
    accuracyOfAll: score.allImages.value,
    characters: Object.fromEntries(names.map((name) => [name, rateOf(name)] as const)),
    answered: answered.value,
    rightOfAnswered: rightOfAnswered.value,
    calibrationError,
  };
}

/** Formats the figures as the model card's table. */
export function defaultModelToMarkdown(file: DefaultModelFile): string {
  const { images, accuracyOfAll, characters, answered, rightOfAnswered, calibrationError } = file;
  const each = Object.entries(characters).map(([name, rate]) => `${name} ${formatPercent(rate)}`);
  return markdownTable(
    ['the six characters drawn by hand', ''],
    [
      ['images', formatCount(images)],
      ['accuracy', `**${formatPercent(accuracyOfAll)}**`],
      ['of each character', each.join(', ')],
      [
        'answered, not `unsure`',
        `${formatPercent(answered)}, of these right ${formatPercent(rightOfAnswered)}`,
      ],
      ['calibration error', calibrationError.toFixed(4)],
    ],
  );
}
