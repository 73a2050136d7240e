import { createRequire } from 'node:module';
import type * as Danfo from 'danfojs-node';
import { EMOTIONS } from '../core/emotions';
import { wilsonInterval, type Proportion } from '../core/intervals';
import { classMetrics, macroF1, type ConfusionMatrix } from '../core/metrics';
import type { FrameRecord } from '../core/record';
import { SIDES, type Split } from '../core/split';
import type { CellValue } from './table-format';

/** One row of a table: a value a column. All rows of a table have the same columns in the same order. */
export type TableRow = Readonly<Record<string, CellValue>>;

// danfo loads for a second, with spreadsheet readers that nothing here uses: the first table waits, not every import.
const load = createRequire(__filename);

/**
 * Makes a danfo DataFrame of rows.
 * @param rows at least one
 * @throws RangeError when there is none: a DataFrame without rows has no columns either
 */
export function toDataFrame(rows: readonly TableRow[]): Danfo.DataFrame {
  if (rows.length === 0) throw new RangeError('Expected at least 1 row for rows but received 0');
  const danfo = load('danfojs-node') as typeof Danfo;
  return new danfo.DataFrame(rows.map((row) => ({ ...row })));
}

/**
 * Counts the images of each emotion or character on each side of a split, with sums.
 * @param records the data set that was split, with at least one record
 * @param by what a row stands for, default emotion
 */
export function splitTable(
  records: readonly FrameRecord[],
  split: Split,
  by: 'emotion' | 'character' = 'emotion',
): Danfo.DataFrame {
  const row = (name: string, isCounted: (record: FrameRecord) => boolean): TableRow => {
    const counts = SIDES.map((side) => split[side].filter((index) => isCounted(records[index])).length);
    const cells = SIDES.map((side, index): [string, number] => [side, counts[index]]);
    return { [by]: name, ...Object.fromEntries(cells), total: counts.reduce((sum, count) => sum + count, 0) };
  };
  const names = by === 'emotion' ? emotionsOf(records) : charactersOf(records);
  return toDataFrame([
    ...names.map((name) => row(name, (record) => record[by] === name)),
    row('all', () => true),
  ]);
}

/**
 * Counts the images of each class: a row a character, a column an emotion, with sums.
 * @param records at least one
 */
export function classTable(records: readonly FrameRecord[]): Danfo.DataFrame {
  const emotions = emotionsOf(records);
  const row = (character: string, own: readonly FrameRecord[]): TableRow => {
    const counts = emotions.map((name): [string, number] => [
      name,
      own.filter((record) => record.emotion === name).length,
    ]);
    return { character, ...Object.fromEntries(counts), total: own.length };
  };
  const rows = charactersOf(records).map((name) =>
    row(
      name,
      records.filter((record) => record.character === name),
    ),
  );
  return toDataFrame([...rows, row('all', records)]);
}

/**
 * Lists precision, recall with its 95 % Wilson interval, and F1 of each class, and their plain means.
 * @param matrix counts, rows true
 * @param labels class names in the ids' order, default the seven emotions
 */
export function metricsTable(matrix: ConfusionMatrix, labels: readonly string[] = EMOTIONS): Danfo.DataFrame {
  const classes = classMetrics(matrix);
  const rows = classes.map(({ id, precision, recall, f1, support }) => {
    const { low, high } = wilsonInterval(matrix[id][id], support);
    return {
      class: labels[id],
      images: support,
      precision,
      recall,
      'recall from': low,
      'recall to': high,
      F1: f1,
    };
  });
  const mean = (name: 'precision' | 'recall') =>
    classes.reduce((sum, metrics) => sum + metrics[name], 0) / classes.length;
  const means = {
    precision: mean('precision'),
    recall: mean('recall'),
    'recall from': null,
    'recall to': null,
  };
  const images = classes.reduce((sum, metrics) => sum + metrics.support, 0);
  return toDataFrame([...rows, { class: 'mean (macro)', images, ...means, F1: macroF1(matrix) }]);
}

/** An accuracy to be listed, such as the model's or a baseline's. */
export interface NamedAccuracy {
  readonly name: string;
  readonly accuracy: Proportion;
}

/**
 * Lists accuracies in percent with their 95 % Wilson intervals and the counts that they come from.
 * @param results at least one
 */
export function accuracyTable(results: readonly NamedAccuracy[]): Danfo.DataFrame {
  return toDataFrame(
    results.map(({ name, accuracy }) => ({
      name,
      'accuracy %': 100 * accuracy.value,
      'from %': 100 * accuracy.low,
      'to %': 100 * accuracy.high,
      right: accuracy.successes,
      images: accuracy.trials,
    })),
  );
}

function emotionsOf(records: readonly FrameRecord[]): string[] {
  const found = new Set(records.map((record) => record.emotion));
  return EMOTIONS.filter((emotion) => found.has(emotion));
}

function charactersOf(records: readonly FrameRecord[]): string[] {
  return [...new Set(records.map((record) => record.character))].sort();
}
