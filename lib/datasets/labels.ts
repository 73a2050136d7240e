import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../core/csv';
import type { Numbering } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { readClassName, readSideName, SIDE_NAMES, unknownNames } from './names';
import { readText } from './text';
import { isInside } from './tree';

/** The table in a folder that is named in its place. */
const TABLE_FILE = 'labels.csv';

/** What {@link readLabels} may be told. */
export interface LabelsOptions {
  /** What the user set to the table, for messages. */
  readonly setting?: string;
  /** Whose numbers labels that are numbers have; default: they are refused. */
  readonly numbered?: Numbering;
}

/**
 * Reads a table of labels: a CSV file whose header has `path` and `label`, and maybe `person` and `side`. Paths start
 * at the table's folder. All further columns are kept as the records' attributes. Labels are names as class folders
 * have them; rows of contempt and without a label are left out and counted.
 * @param file the table, separated by commas, semicolons or tabs, or its folder if it is called labels.csv
 * @throws RangeError when a column is missing, a row is not of the table's form, a picture is missing or named twice,
 *   or labels are unknown: all are named
 */
export function readLabels(file: string, { setting = 'DIR', numbered }: LabelsOptions = {}): Dataset {
  const table = findTable(path.resolve(file));
  const root = path.dirname(table);
  const rows = readRows(table, setting);
  const names = rows.map(({ label }) => label).filter((label) => label !== '');
  const unknown = names.filter((label) => !readClassName(label, numbered));
  if (unknown.length > 0) throw unknownNames('labels', unknown, setting);
  const records = rows.flatMap((row): FrameRecord[] => {
    const emotion = readClassName(row.label, numbered);
    if (!emotion || emotion === 'contempt') return [];
    return [{ ...row.record, path: expectPicture(root, row, table), emotion }];
  });
  if (records.length === 0)
    throw new RangeError(`Expected rows with a label for ${setting} but received ${table} with none`);
  records.sort((first, second) => (first.path < second.path ? -1 : 1));
  const twice = records.find((record, index) => record.path === records[index + 1]?.path);
  if (twice) throw new RangeError(`Expected one row a picture in ${table} but received ${twice.path} twice`);
  const leftOut = rows.length - records.length;
  const notes = leftOut > 0 ? [`${leftOut} rows of contempt or without a label were left out`] : [];
  return { name: path.parse(table).name, synthetic: false, directory: root, records, notes };
}

interface Row {
  readonly number: number;
  readonly path: string;
  readonly label: string;
  readonly record: Pick<FrameRecord, 'character' | 'side' | 'attributes'>;
}

function findTable(given: string): string {
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? path.join(given, TABLE_FILE) : given;
}

function readRows(table: string, setting: string): Row[] {
  const text = readText(table, setting);
  const [header = [], ...rows] = parseCsv(text, separatorOf(text));
  const columns = header.map((name) => name.trim());
  const at = (wanted: string) => columns.findIndex((name) => name.toLowerCase() === wanted);
  const [pathAt, labelAt, personAt, sideAt] = ['path', 'label', 'person', 'side'].map(at);
  if (pathAt < 0 || labelAt < 0)
    throw new RangeError(`Expected columns path and label for ${setting} but received ${columns.join(', ')}`);
  const known = new Set([pathAt, labelAt, personAt, sideAt]);
  return rows.map((fields, index) => {
    const number = index + 2;
    if (fields.length !== columns.length)
      throw new RangeError(
        `Expected ${columns.length} fields for row ${number} of ${table} but received ${fields.length}`,
      );
    const attributes = columns.flatMap((name, column) => (known.has(column) ? [] : [[name, fields[column]]]));
    return {
      number,
      path: fields[pathAt],
      label: fields[labelAt].trim(),
      record: {
        character: (fields[personAt] ?? '').trim() || 'all',
        ...(sideAt < 0 || fields[sideAt].trim() === ''
          ? {}
          : { side: parseSide(fields[sideAt], number, table) }),
        ...(attributes.length > 0 ? { attributes: Object.fromEntries(attributes) } : {}),
      },
    };
  });
}

/** Spreadsheets of many countries write semicolons. */
function separatorOf(text: string): ',' | ';' | '\t' {
  const [header] = text.split(/[\r\n]/, 1);
  return header.includes(',') ? ',' : header.includes(';') ? ';' : '\t';
}

function parseSide(text: string, number: number, table: string): FrameRecord['side'] {
  const side = readSideName(text);
  if (side) return side;
  throw new RangeError(
    `Expected one of ${SIDE_NAMES.join(', ')} for side in row ${number} of ${table} but received ${text}`,
  );
}

function expectPicture(root: string, { path: named, number }: Row, table: string): string {
  const absolute = path.resolve(root, named.replaceAll('\\', '/'));
  const where = `row ${number} of ${table}`;
  if (named === '' || !isInside(root, absolute))
    throw new RangeError(`Expected a path inside of the table's folder for ${where} but received ${named}`);
  if (!fs.existsSync(absolute))
    throw new RangeError(`Expected a picture for ${where} but received ${named}, which does not exist`);
  return path.relative(root, absolute).split(path.sep).join('/');
}
