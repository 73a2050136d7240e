import { formatPercent } from '../core/numbers';
import type { ReportFile } from './report/report-file';

/**
 * Writes a report's figures as the README's table.
 * @param report what results/reference/report.json holds
 * @returns Markdown, the accuracy in bold
 */
export function resultsToMarkdown(report: ReportFile): string {
  const accuracy = formatPercent(report.accuracyOfAll);
  const rows = reportRows(report).map(({ what, value }) =>
    value.startsWith(`${accuracy} (Wilson`)
      ? [what, value.replace(accuracy, `**${accuracy}**`)]
      : [what, value],
  );
  rows.push([
    'time on two cores, downloads aside',
    `${Math.round(report.seconds.total - report.seconds.setup)} s`,
  ]);
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

/**
 * Lists a report's figures, times aside, as a reader wants them.
 * @returns what each figure is, and its value with its unit
 */
export function reportRows(report: ReportFile): { what: string; value: string }[] {
  const [low, high] = report.accuracyOfAllInterval;
  const { train, validation, test, name } = report.split;
  const rows: [string, string][] = [
    ['data', `${report.dataset}, ${report.images.toLocaleString('en-US')} images`],
    ['split', `by ${name}: ${train} train, ${validation} validation, ${test} test`],
    ['faces found', `${formatPercent(report.detectionRate)} (${report.faces} of ${report.images})`],
    ...blockRows(report),
    [
      `${report.model}, ${report.epochs} epochs: accuracy of all test images`,
      `${formatPercent(report.accuracyOfAll)} (Wilson 95 %: ${formatPercent(low)} to ${formatPercent(high)})`,
    ],
    ['the same, of the images with a face', formatPercent(report.accuracyOfFound)],
    ['macro F1', report.macroF1.toFixed(4)],
    ['nearest training neighbour, which learns nothing', formatPercent(report.baselines.nearest)],
    ['boxes only, which sees no pixel', formatPercent(report.baselines.boxes)],
  ];
  return rows.map(([what, value]) => ({ what, value }));
}

function blockRows({ blockIoU, blockIoUTail }: ReportFile): [string, string][] {
  if (!blockIoU || !blockIoUTail) return [];
  const { eyes, mouth } = blockIoUTail;
  const means = `eyes ${blockIoU.eyes.toFixed(3)}, mouth ${blockIoU.mouth.toFixed(3)}`;
  const fifths = `5th percentile ${eyes.percentile5.toFixed(3)} and ${mouth.percentile5.toFixed(3)}`;
  const worst = `worst character ${[eyes, mouth].map((tail) => `${tail.worst.mean.toFixed(3)} (${tail.worst.character})`).join(' and ')}`;
  return [['mean IoU of the blocks with the true ones', `${means}; ${fifths}; ${worst}`]];
}

/**
 * Puts new content between a text's `<!-- name -->` and `<!-- /name -->`.
 * @throws RangeError when the marks are missing
 */
export function replaceSection(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start)
    throw new RangeError(`Expected ${open} and ${close} in the text but received none`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}
