import { EMOTIONS } from '../../core/emotions';
import { formatPercent } from '../../core/metrics';
import { formatCount, markdownTable } from '../markdown';
import { REAL_FACES_NAMES, type RealFacesModel } from './models';
import type { ModelSummary, RealFacesSummary } from './summarize';

const percent = (share: number) => formatPercent(share, 1);

/** Formats the study as the README's table: one row a model. */
export function realFacesToMarkdown({ models }: RealFacesSummary): string {
  const rows = Object.entries(models).map(([model, { strict7, strict7Unique, parameters }]) => {
    const accuracy = `${percent(strict7.accuracy)} (${percent(strict7.low)} to ${percent(strict7.high)})`;
    return [
      nameRow(model as RealFacesModel, strict7.accuracies),
      parameters === 0 ? '–' : formatCount(parameters),
      model === 'carried' ? `**${accuracy}**` : accuracy,
      percent(strict7Unique.accuracy),
      strict7.macroF1.toFixed(3),
    ];
  });
  const [{ strict7, strict7Unique }] = Object.values(models);
  const header = [
    'FER+ test images, majority label',
    'parameters',
    `all ${formatCount(strict7.n)}`,
    `the ${formatCount(strict7Unique.n)} that are not in training too`,
    'macro F1',
  ];
  return markdownTable(header, rows, 'lrrrr');
}

/** Adds the number of seeds and the range of their accuracies to a row that is a mean over seeds. */
function nameRow(model: RealFacesModel, accuracies: readonly number[]): string {
  if (accuracies.length === 1) return REAL_FACES_NAMES[model];
  const [least, most] = [Math.min(...accuracies), Math.max(...accuracies)].map(percent);
  return `${REAL_FACES_NAMES[model]} (mean of ${accuracies.length} seeds, ${least} to ${most})`;
}

/** Formats the figures of the default model as its card's table. */
export function carriedToMarkdown(summary: ModelSummary): string {
  const { strict7, strict7Unique, strict8, plural7, ece, coverage, temperature } = summary;
  const rate = ({ accuracy, n }: { accuracy: number; n: number }) =>
    `${percent(accuracy)} of ${formatCount(n)}`;
  const recall = EMOTIONS.map((emotion, id) => {
    const count = strict7.matrix[id].reduce((sum, cell) => sum + cell, 0);
    return `${emotion} ${percent(strict7.recall[emotion])} (${formatCount(count)})`;
  });
  const interval = `(Wilson 95 %: ${percent(strict7.low)} to ${percent(strict7.high)})`;
  const after = `${ece.after.toFixed(3)} after a temperature of ${temperature.toFixed(2)}`;
  return markdownTable(
    ['FER+ test images', ''],
    [
      ['majority label, seven expressions', `**${rate(strict7)}** ${interval}`],
      ['without images that stand in training too', rate(strict7Unique)],
      ['with contempt, which it cannot name', rate(strict8)],
      ['most votes, however few', rate(plural7)],
      ['recall by expression', recall.join(', ')],
      ['macro F1', strict7.macroF1.toFixed(3)],
      [
        'right among the surest 80 %, the surest half',
        `${percent(coverage['0.8'])}, ${percent(coverage['0.5'])}`,
      ],
      ['expected calibration error, 15 bins', `${ece.before.toFixed(3)} before, ${after}`],
    ],
  );
}
