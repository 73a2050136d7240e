import { EMOTIONS } from '../../core/emotions';
import { formatPercent } from '../../core/numbers';
import { REAL_FACES_NAMES, type RealFacesModel } from './models';
import type { ModelSummary, RealFacesSummary } from './summarize';

const percent = (share: number) => formatPercent(share, 1);

/** Writes the rows of the study as the README's table. */
export function realFacesToMarkdown({ models }: RealFacesSummary): string {
  const rows = Object.entries(models).map(([model, summary]) => {
    const { strict7, strict7Unique, parameters } = summary;
    const accuracy = `${percent(strict7.accuracy)} (${percent(strict7.low)} to ${percent(strict7.high)})`;
    return [
      REAL_FACES_NAMES[model as RealFacesModel],
      parameters === 0 ? '–' : parameters.toLocaleString('en-US'),
      model === 'carried' ? `**${accuracy}**` : accuracy,
      percent(strict7Unique.accuracy),
      strict7.macroF1.toFixed(3),
    ];
  });
  const [{ strict7, strict7Unique }] = Object.values(models);
  const counts = [strict7, strict7Unique].map(({ n }) => n.toLocaleString('en-US'));
  return [
    `| FER+ test images, majority label | parameters | all ${counts[0]} | the ${counts[1]} that are not in training too | macro F1 |`,
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** Writes how the carried model does as its card's table. */
export function carriedToMarkdown(summary: ModelSummary): string {
  const { strict7, strict7Unique, strict8, plural7, ece, coverage, temperature } = summary;
  const rate = ({ accuracy, n }: { accuracy: number; n: number }) =>
    `${percent(accuracy)} of ${n.toLocaleString('en-US')}`;
  const recall = EMOTIONS.map((emotion) => {
    const count = strict7.matrix[EMOTIONS.indexOf(emotion)].reduce((sum, cell) => sum + cell, 0);
    return `${emotion} ${percent(strict7.recall[emotion])} (${count.toLocaleString('en-US')})`;
  });
  const rows: [string, string][] = [
    [
      'majority label, seven expressions',
      `**${rate(strict7)}** (Wilson 95 %: ${percent(strict7.low)} to ${percent(strict7.high)})`,
    ],
    ['without images that stand in training too', rate(strict7Unique)],
    ['with contempt, which it cannot name', rate(strict8)],
    ['most votes, however few', rate(plural7)],
    ['recall by expression', recall.join(', ')],
    ['macro F1', strict7.macroF1.toFixed(3)],
    [
      'right among the surest 80 %, the surest half',
      `${percent(coverage['0.8'])}, ${percent(coverage['0.5'])}`,
    ],
    [
      'expected calibration error, 15 bins',
      `${ece.before.toFixed(3)} before, ${ece.after.toFixed(3)} after a temperature of ${temperature.toFixed(2)}`,
    ],
  ];
  return ['| FER+ test images | |', '| --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
}
