import { formatRate, rateTable } from '../../report/evidence-tables';
import type { EvidenceArchive } from './archive';
import { ladderRows, MODEL_NAMES } from './details';
import { summarizeUnseen } from './summary';

/**
 * Writes the ladder and the final measurement as the README's table.
 * @returns Markdown
 */
export function evidenceToMarkdown(archive: EvidenceArchive): string {
  const [first, ...others] = rateTable(ladderRows(archive), 'split by');
  const { tergat, best, difference } = summarizeUnseen(archive);
  const final = [
    ['TerGat, from the six', formatRate(tergat)],
    [`${MODEL_NAMES.shipped}, from 40 generated characters`, formatRate(best)],
    ['difference in points, paired by character', formatRate(difference)],
  ];
  return [
    toMarkdownTable(Object.keys(first), [first, ...others].map(Object.values) as string[][]),
    toMarkdownTable(['24 generated characters, tested once', 'accuracy'], final),
  ].join('\n\n');
}

function toMarkdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
