import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../core/csv';
import { unexpected } from '../core/errors';
import type { FrameRecord } from '../core/record';
import { isInside } from '../files/project';
import {
  type Dataset,
  noteCount,
  type OpenOptions,
  PART_NAMES,
  readClassName,
  readPartName,
  unknownNames,
} from './dataset';
import { readFolder } from './folder';
import { countEndings, findTable, isImageName, noteOthers, readText } from './tree';

/** Name of the table when a folder is given. */
const TABLE_FILE = 'labels.csv';

/** The required columns; `KNOWN` are all columns that are not attributes. */
const NEEDED = ['path', 'label'];
const KNOWN = [...NEEDED, 'person', 'side'];

/**
 * Reads a table of labels: a CSV file with the columns `path` and `label`, and optionally `person` and `side`. Paths
 * are relative to the table's folder. Further columns become the records' attributes; columns without a name are
 * ignored. Labels have the same names as class folders. Rows of contempt, rows without a label and pictures of
 * unsupported formats are left out and counted.
 * @param file the table, separated by commas, semicolons or tabs, or a folder that contains labels.csv
 * @throws RangeError when a column is missing or occurs twice, a row is invalid, a picture is missing or occurs
 *   twice, or labels are unknown (the message lists all)
 */
export function readLabels(file: string, { setting = 'DIR', numbered }: OpenOptions = {}): Dataset {
  const table = findTable(file, TABLE_FILE);
  const root = path.dirname(table);
  const rows = readRows(table, setting);
  const unknown = rows.map(({ label }) => label).filter((label) => label && !readClassName(label, numbered));
  if (unknown.length > 0) throw unknownNames('labels', unknown, setting);
  const labelled = rows.flatMap(({ where, file: picture, label, ...record }): FrameRecord[] => {
    const emotion = readClassName(label, numbered);
    if (!emotion || emotion === 'contempt') return [];
    return [{ ...record, path: expectPicture(root, picture, where), emotion }];
  });
  const records = labelled.filter((record) => isImageName(record.path));
  const unread = labelled.map((record) => record.path).filter((name) => !isImageName(name));
  if (records.length === 0) {
    const none = unread.length > 0 ? `none that is read: ${countEndings(unread)}` : 'none';
    throw unexpected('rows with a label', setting, `${table} with ${none}`);
  }
  records.sort((first, second) => (first.path < second.path ? -1 : 1));
  const twice = records.find((record, index) => record.path === records[index + 1]?.path);
  if (twice) throw unexpected('one row per picture', table, `${twice.path} twice`);
  const notes = [...noteRows(rows.length - labelled.length, records), ...noteOthers(unread)];
  return { name: path.parse(table).name, synthetic: false, directory: root, records, notes };
}

interface Row extends Pick<FrameRecord, 'character' | 'side' | 'attributes'> {
  /** Row number and file, for messages. */
  readonly where: string;
  readonly file: string;
  readonly label: string;
}

/** Returns whether a folder contains a table of labels: a labels.csv with the columns `path` and `label`. */
export function hasLabels(directory: string): boolean {
  const table = path.join(directory, TABLE_FILE);
  // `existsSync` is false, and does not throw, if `directory` is a file.
  if (!fs.existsSync(table) || !fs.statSync(table).isFile()) return false;
  const [header] = readText(table, TABLE_FILE).split(/[\r\n]/, 1);
  const columns = parseCsv(header, separatorOf(header)).flatMap(toColumns);
  return NEEDED.every((name) => columns.includes(name));
}

/** Reads a folder by its labels.csv, a table of labels, or by its class folders. */
export function readOwnFolder(directory: string, options?: OpenOptions): Dataset {
  return (hasLabels(directory) ? readLabels : readFolder)(directory, options);
}

function toColumns(header: readonly string[]): string[] {
  return header.map((name) => name.trim().toLowerCase());
}

function readRows(table: string, setting: string): Row[] {
  const text = readText(table, setting);
  const [header = [], ...rows] = parseCsv(text, separatorOf(text));
  const columns = toColumns(header);
  if (!NEEDED.every((name) => columns.includes(name)))
    throw unexpected('columns path and label', setting, header.join(', '));
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) < index);
  if (twice !== undefined) throw unexpected(`one column ${twice}`, table, 'several');
  const further = [...columns.keys()].filter((at) => columns[at] !== '' && !KNOWN.includes(columns[at]));
  return rows.map((fields, index): Row => {
    const where = `row ${index + 2} of ${table}`;
    if (fields.length !== columns.length) throw unexpected(`${columns.length} fields`, where, fields.length);
    const [file, label, person, side] = KNOWN.map((name) => fields[columns.indexOf(name)]?.trim() ?? '');
    const part = readPartName(side);
    if (side !== '' && !part) throw unexpected(`one of ${PART_NAMES}`, `side in ${where}`, side);
    const attributes = Object.fromEntries(further.map((at) => [header[at].trim(), fields[at]]));
    const known = { where, file, label, character: person || 'all', ...(part && { side: part }) };
    return further.length > 0 ? { ...known, attributes } : known;
  });
}

/** Detects the separator in the header: with many language settings, spreadsheets write semicolons. */
function separatorOf(text: string): ',' | ';' | '\t' {
  const [line] = text.split(/[\r\n]/, 1);
  const header = line.replace(/"[^"]*"/g, '');
  return header.includes(',') ? ',' : header.includes(';') ? ';' : '\t';
}

function expectPicture(root: string, named: string, where: string): string {
  const absolute = path.resolve(root, named.replaceAll('\\', '/'));
  if (named === '' || !isInside(root, absolute))
    throw unexpected("a path inside of the table's folder", where, named);
  // `existsSync` is false, and does not throw, for names that a file system does not accept.
  const found = fs.existsSync(absolute) && fs.statSync(absolute);
  if (!found || !found.isFile())
    throw unexpected('a picture', where, `${named}, which ${found ? 'is no file' : 'does not exist'}`);
  return path.relative(root, absolute).split(path.sep).join('/');
}

function noteRows(leftOut: number, records: readonly FrameRecord[]): string[] {
  const nameless = records.filter(({ character }) => character === 'all').length;
  const isMixed = nameless > 0 && nameless < records.length;
  return [
    ...noteCount(leftOut, 'rows of contempt or without a label were left out'),
    ...(isMixed ? [`rows without a person, counted as one person: ${nameless}`] : []),
  ];
}
