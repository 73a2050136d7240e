import Module, { createRequire } from 'node:module';
import type * as Danfo from 'danfojs-node';
import { EMOTIONS } from '../core/emotions';
import { mean, wilsonInterval } from '../core/intervals';
import type { Estimate, GroupedEstimate, Proportion } from '../core/intervals';
import { classMetrics, macroF1, type ConfusionMatrix } from '../core/metrics';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import type { Split } from '../core/split';
import type { CellValue } from './table-format';

/** One row of a table: values by column. */
export type TableRow = Readonly<Record<string, CellValue>>;

/** Loads danfo with the first table, because that takes one to two seconds of one core. */
function loadDanfo(): typeof Danfo {
  const load = createRequire(__filename);
  const own = createRequire(load.resolve('danfojs-node'));
  // Empty modules replace the readers of spreadsheets, which have known advisories, and of addresses.
  for (const file of ['xlsx', 'request'].map((name) => own.resolve(name)))
    load.cache[file] ??= Object.assign(new Module(file), { filename: file, loaded: true });
  return load('danfojs-node') as typeof Danfo;
}

/**
 * Makes a danfo DataFrame. A column is included if at least one row has a value; missing values are gaps (`null`).
 *
 * {@link filterTable} filters, `table.groupby(['character']).agg({ right: ['mean', 'count'] })` groups, {@link joinTables} joins,
 * `table.describe()` summarizes, `table.sortValues('right')` sorts, `show(table)` shows. Limits of danfo: its own filter,
 * `query`, compares with numbers only; a filter may leave no row, and only `shape`, `head` and `show` work then; means of a
 * column with gaps fail or count a gap as 0; groups are in the order of their first row, and two key columns whose texts contain
 * `-` can mix groups (`a-b`, `c` and `a`, `b-c`); 50,000 rows are grouped in 0.1 s and sorted in 2 s.
 * @param rows at least one
 * @throws RangeError for no rows; TypeError for a value that is no text, number, truth value or gap
 */
export function toDataFrame(rows: readonly object[]): Danfo.DataFrame {
  if (rows.length === 0) throw new RangeError('Expected at least 1 row for rows but received 0');
  const cells = rows as readonly TableRow[];
  const names = [...new Set(cells.flatMap((row) => Object.keys(row)))];
  const columns = names.filter((name) => cells.some((row) => row[name] !== undefined));
  const values = cells.map((row) => columns.map((name) => checkCell(row[name], name)));
  return new (loadDanfo().DataFrame)(values, { columns });
}

function checkCell(value: CellValue, name: string): CellValue {
  if (typeof value !== 'object' || value === null) return value ?? null;
  throw new TypeError(`Expected text, a number or a truth value for column ${name} but received an object`);
}

/** Selects rows. @param keep receives a row's values by column */
export function filterTable(table: Danfo.DataFrame, keep: (row: TableRow) => boolean): Danfo.DataFrame {
  const rows = (table.values as CellValue[][]).map((values) =>
    table.columns.map((name, at) => [name, values[at]]),
  );
  return table.query(rows.map((cells) => keep(Object.fromEntries(cells))));
}

/**
 * Joins two tables: each row of the left one with each row of the right one that has the same value in a column.
 * @param on a column of both; other columns of both are included twice, the right one's with `_1`
 */
export function joinTables(left: Danfo.DataFrame, right: Danfo.DataFrame, on: string): Danfo.DataFrame {
  return loadDanfo().merge({ left, right, on: [on], how: 'inner' });
}

/**
 * Lists images: a row a record with its path, character, emotion, clip, frame and intensity where known, its side of a
 * split, and a column for each of its attributes.
 * @param records at least one
 * @param split of the same records; default: the data set's own one
 */
export function recordTable(records: readonly FrameRecord[], split?: Split): Danfo.DataFrame {
  const sides = new Map(SPLIT_PARTS.flatMap((side) => (split?.[side] ?? []).map((index) => [index, side])));
  return toDataFrame(
    records.map(({ path, character, emotion, clip, frame, intensity, side: own, attributes }, index) => {
      const side = split ? sides.get(index) : own;
      return { path, character, emotion, clip, frame, intensity, side, ...attributes };
    }),
  );
}

/**
 * Lists answers: a row an image with its path, and each answerer's answer, its probability in percent (if known), and whether
 * it is right (1) or wrong (0). {@link joinTables} joins it with {@link recordTable} by `path`.
 * @param records the n images, at least one
 * @param answerers label ids, [n], and probabilities, [n, 7], by name; the columns are `NAME`, `NAME %` and `NAME right`
 * @throws RangeError for another number of answers
 */
export function answerTable(
  records: readonly FrameRecord[],
  answerers: Readonly<Record<string, { readonly labels: Uint8Array; readonly probabilities?: Float32Array }>>,
): Danfo.DataFrame {
  for (const [name, { labels }] of Object.entries(answerers))
    if (labels.length !== records.length)
      throw new RangeError(`Expected ${records.length} answers of ${name} but received ${labels.length}`);
  const rows = records.map(({ path, emotion }, row) => {
    const cells: Record<string, CellValue> = { path };
    for (const [name, { labels, probabilities }] of Object.entries(answerers)) {
      const id = labels[row];
      cells[name] = EMOTIONS[id];
      if (probabilities) cells[`${name} %`] = 100 * probabilities[row * EMOTIONS.length + id];
      cells[`${name} right`] = Number(EMOTIONS[id] === emotion);
    }
    return cells;
  });
  return toDataFrame(rows);
}

/** Counts the images of each class: a row a character, a column an emotion, with sums. */
export function classTable(records: readonly FrameRecord[]): Danfo.DataFrame {
  const emotions = EMOTIONS.filter((name) => records.some(({ emotion }) => emotion === name));
  const toRow = (character: string, isOwn: (record: FrameRecord) => boolean) => {
    const own = records.filter(isOwn);
    const counts = emotions.map((name) => [name, own.filter(({ emotion }) => emotion === name).length]);
    return { character, ...Object.fromEntries(counts), total: own.length };
  };
  const characters = [...new Set(records.map(({ character }) => character))].sort();
  const rows = characters.map((name) => toRow(name, ({ character }) => character === name));
  return toDataFrame([...rows, toRow('all', () => true)]);
}

/**
 * Lists precision, recall with its 95 % Wilson interval, and F1 of each class, and their unweighted means.
 * @param matrix counts, rows true
 */
export function metricsTable(matrix: ConfusionMatrix): Danfo.DataFrame {
  const classes = classMetrics(matrix);
  const rows = classes.map(({ id, precision, recall, f1, support: images }) => {
    const { low, high } = wilsonInterval(matrix[id][id], images);
    return { class: EMOTIONS[id], images, precision, recall, 'recall from': low, 'recall to': high, F1: f1 };
  });
  const means = {
    class: 'mean (macro)',
    images: classes.reduce((sum, { support }) => sum + support, 0),
    precision: mean(classes.map(({ precision }) => precision)),
    recall: mean(classes.map(({ recall }) => recall)),
    F1: macroF1(matrix),
  };
  return toDataFrame([...rows, means]);
}

/** Lists accuracies in percent with their 95 % Wilson intervals and counts. */
export function accuracyTable(results: readonly { name: string; accuracy: Proportion }[]): Danfo.DataFrame {
  return toDataFrame(
    results.map(({ name, accuracy: { value, low, high, successes, trials } }) => ({
      name,
      'accuracy %': 100 * value,
      'from %': 100 * low,
      'to %': 100 * high,
      right: successes,
      images: trials,
    })),
  );
}

/**
 * Arranges rates as a table: a row a label, a column a group.
 * @param heading of the first column
 * @returns cells such as `71.2 % (57.2 to 85.1)`; empty if a label has no rate in a group
 */
export function rateTable(rows: readonly GroupedEstimate[], heading: string): TableRow[] {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const groups = [...new Set(rows.map(({ group }) => group))];
  return labels.map((label) => {
    const cells = groups.map((group) => {
      const row = rows.find((one) => one.label === label && one.group === group);
      return [group, row ? formatRate(row.estimate) : ''];
    });
    return { [heading]: label, ...(Object.fromEntries(cells) as TableRow) };
  });
}

/** Formats a rate and its interval in percent, such as `71.2 % (57.2 to 85.1)`. */
export function formatRate({ value, low, high }: Estimate): string {
  const [rate, from, to] = [value, low, high].map((share) => (100 * share).toFixed(1));
  return `${rate} % (${from} to ${to})`;
}
