import Module, { createRequire } from 'node:module';
import type * as Danfo from 'danfojs-node';
import { EMOTIONS } from '../core/emotions';
import { wilsonInterval, type Proportion } from '../core/intervals';
import { classMetrics, macroF1, type ConfusionMatrix } from '../core/metrics';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import type { Split } from '../core/split';
import type { CellValue } from './table-format';

/** One row of a table: a value a column. */
export type TableRow = Readonly<Record<string, CellValue>>;

/** What danfo brings for spreadsheets and addresses. The first has known advisories and must never read a file. */
const UNUSED_READERS = ['xlsx', 'request'];

/** Loads danfo when the first table is made and not before: it takes one to two seconds of one core. */
function loadDanfo(): typeof Danfo {
  const load = createRequire(__filename);
  const own = createRequire(load.resolve('danfojs-node'));
  for (const name of UNUSED_READERS) {
    const file = own.resolve(name);
    // In the place of the module stands an empty one: nothing of it is loaded, so nothing of it can be called.
    load.cache[file] ??= Object.assign(new Module(file), { filename: file, loaded: true });
  }
  return load('danfojs-node') as typeof Danfo;
}

/**
 * Makes a danfo DataFrame of rows, such as a training's history. A column is there where one row at least has a value;
 * what a row lacks is a gap (`null`).
 *
 * {@link filterTable} filters, `table.groupby(['character']).agg({ right: ['mean', 'count'] })` groups, {@link joinTables} joins,
 * `table.describe()` summarizes, `table.sortValues('right')` sorts, `show(table)` draws. danfo's limits: its own filter, `query`,
 * compares with numbers only; a filter may leave no row, and only `shape`, `head` and `show` work then; means of a column with
 * gaps fail or count a gap as 0; groups come in the order of their first row, and two key columns whose texts hold `-` can
 * mix groups (`a-b`, `c` and `a`, `b-c`); 50,000 rows are grouped in 0.1 s and sorted in 2 s.
 * @param rows at least one
 * @throws RangeError when there is none; TypeError for a value that is no text, number, truth value or gap
 */
export function toDataFrame(rows: readonly object[]): Danfo.DataFrame {
  if (rows.length === 0) throw new RangeError('Expected at least 1 row for rows but received 0');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) =>
    rows.some((row) => (row as TableRow)[name] !== undefined),
  );
  const values = rows.map((row) => columns.map((name) => checkCell((row as TableRow)[name], name)));
  return new (loadDanfo().DataFrame)(values, { columns });
}

function checkCell(value: CellValue, name: string): CellValue {
  if (typeof value !== 'object' || value === null) return value ?? null;
  throw new TypeError(`Expected text, a number or a truth value for column ${name} but received an object`);
}

/**
 * Takes the rows that a function says yes to.
 * @param keep gets a row's values by the names of their columns
 */
export function filterTable(table: Danfo.DataFrame, keep: (row: TableRow) => boolean): Danfo.DataFrame {
  const toRow = (values: readonly CellValue[]) =>
    Object.fromEntries(table.columns.map((name, at) => [name, values[at]])) as TableRow;
  return table.query((table.values as CellValue[][]).map((values) => keep(toRow(values))));
}

/**
 * Joins two tables: each row of the left one with each row of the right one that has the same value in a column.
 * @param on the column that both have; other columns that both have come twice, the right one's with `_1`
 */
export function joinTables(left: Danfo.DataFrame, right: Danfo.DataFrame, on: string): Danfo.DataFrame {
  return loadDanfo().merge({ left, right, on: [on], how: 'inner' });
}

/**
 * Lists images: a row a record with its path, character, emotion, what is known of clip, frame and intensity, its side of a
 * split, and a column for each of its attributes.
 * @param records at least one
 * @param split of the same records; default: the side that the data set itself tells
 */
export function recordTable(records: readonly FrameRecord[], split?: Split): Danfo.DataFrame {
  const sides = new Map(SPLIT_PARTS.flatMap((side) => (split?.[side] ?? []).map((index) => [index, side])));
  return toDataFrame(
    records.map(({ path, character, emotion, clip, frame, intensity, side, attributes }, index) => {
      const known = {
        path,
        character,
        emotion,
        clip,
        frame,
        intensity,
        side: split ? sides.get(index) : side,
      };
      return { ...known, ...attributes };
    }),
  );
}

/** Answers about n images: a network's prediction, or label ids alone. */
export interface Answers {
  /** Label ids, [n]. */
  readonly labels: Uint8Array;
  /** [n, 7], each row's sum 1. */
  readonly probabilities?: Float32Array;
}

/**
 * Lists answers: a row an image with its path, and of each answerer its answer, the probability in percent that it gave it
 * (where it gives any), and whether it is right (1) or wrong (0). {@link joinTables} puts it beside {@link recordTable} by `path`.
 * @param records the n images that were asked about, at least one
 * @param answerers by name; each one's columns are `NAME`, `NAME %` and `NAME right`
 * @throws RangeError when an answerer gave another number of answers
 */
export function answerTable(
  records: readonly FrameRecord[],
  answerers: Readonly<Record<string, Answers>>,
): Danfo.DataFrame {
  for (const [name, { labels }] of Object.entries(answerers))
    if (labels.length !== records.length)
      throw new RangeError(`Expected ${records.length} answers of ${name} but received ${labels.length}`);
  const cellsOf = ({ emotion }: FrameRecord, row: number) => {
    const cells = Object.entries(answerers).flatMap(([name, { labels, probabilities }]) => {
      const id = labels[row];
      const percent = probabilities && 100 * probabilities[row * EMOTIONS.length + id];
      const sure: [string, CellValue][] = percent === undefined ? [] : [[`${name} %`, percent]];
      return [[name, EMOTIONS[id]], ...sure, [`${name} right`, Number(EMOTIONS[id] === emotion)]];
    });
    return Object.fromEntries(cells) as TableRow;
  };
  return toDataFrame(records.map((record, row) => ({ path: record.path, ...cellsOf(record, row) })));
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
