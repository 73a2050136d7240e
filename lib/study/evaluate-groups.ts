import { emotionId } from '../core/emotions';
import { type GroupedAnswer, type GroupLimits, type GroupScores, scoreGroups } from '../core/group-scores';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { type ModelEvaluation, hasCharacters } from './evaluate-models';

/** A column by which images are put into groups. */
export interface GroupColumn {
  /** As the data name it. */
  readonly name: string;
  /** Gives an image's value; undefined where the data do not say. */
  readonly valueOf: (record: FrameRecord) => string | undefined;
}

/** How one model does on each group of a column. */
export interface GroupEvaluation extends GroupScores {
  readonly column: string;
  /** What was resampled as a whole. */
  readonly resampled: 'persons' | 'images';
  readonly limits: GroupLimits;
}

/** The most groups that are scored: a column with more is a name or a measure, not a group. */
const MOST_GROUPS = 200;

/** Fewer images, or persons where these are resampled, are too few for a claim on a group. */
const LIMITS = { images: 30, persons: 10 };

/** Seed of the bootstrap: the same answers give the same intervals. */
const SEED = 1;

/**
 * Finds a column to group by: one of a table of labels, `person` or `side`. Case does not count where no column is of
 * the very name.
 * @param name as the user typed it after `--by`
 * @throws RangeError for a column that the data do not have, or one with more than {@link MOST_GROUPS} values; the
 *   columns that there are, or what to do without any, are named
 */
export function findColumn({ name: dataset, records }: Dataset, name: string): GroupColumn {
  const columns = listColumns(records);
  const column =
    columns.find((one) => one.name === name) ??
    columns.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
  if (!column) throw unknownColumn(dataset, name, columns);
  const count = new Set(records.map(column.valueOf)).size;
  if (count <= MOST_GROUPS) return column;
  throw new RangeError(
    `Expected at most ${MOST_GROUPS} values in the column of --by but received ${column.name} with ${count}: put numbers, such as ages, into ranges in the table`,
  );
}

function listColumns(records: readonly FrameRecord[]): GroupColumn[] {
  const names = new Set(records.flatMap(({ attributes = {} }) => Object.keys(attributes)));
  return [
    ...[...names].map((name) => ({
      name,
      valueOf: ({ attributes = {} }: FrameRecord) =>
        Object.hasOwn(attributes, name) ? toValue(attributes[name]) : undefined,
    })),
    ...(hasCharacters(records) ? [{ name: 'person', valueOf: personOf }] : []),
    ...(records.some(({ side }) => side) ? [{ name: 'side', valueOf: ({ side }: FrameRecord) => side }] : []),
  ];
}

/** Values are names in one line: a blank one is none. */
function toValue(text: string): string | undefined {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim() || undefined;
}

/** Without a person an image is of the one character `all`. */
function personOf({ character }: FrameRecord): string | undefined {
  return character === 'all' ? undefined : character;
}

function unknownColumn(dataset: string, name: string, columns: readonly GroupColumn[]): RangeError {
  const found = columns.map((column) => column.name).join(', ');
  return new RangeError(
    found === ''
      ? `Expected data with columns for --by but received ${dataset}, which has none: name its pictures in a table of labels, a CSV file with path, label and ${name || 'a column'} (data/README.md)`
      : `Expected one of the columns ${found} for --by but received ${name || 'none'}`,
  );
}

/**
 * Scores a model by group. Persons are resampled as a whole where the data name several, else images, and images too
 * where each group is a person.
 * @param evaluation of the records, in their order
 */
export function evaluateGroups(
  { outcomes, confidences }: Pick<ModelEvaluation, 'outcomes' | 'confidences'>,
  records: readonly FrameRecord[],
  { name, valueOf }: GroupColumn,
): GroupEvaluation {
  const resampled = hasCharacters(records) && valueOf !== personOf ? 'persons' : 'images';
  const limits = { images: LIMITS.images, units: resampled === 'persons' ? LIMITS.persons : 0 };
  const answers = records.map((record, index): GroupedAnswer => ({
    group: valueOf(record),
    unit: resampled === 'persons' ? record.character : record.path,
    label: emotionId(record.emotion),
    isRight: outcomes[index],
    confidence: confidences[index],
  }));
  return {
    column: name,
    resampled,
    limits,
    ...scoreGroups(answers, { limits, random: createRandom(SEED, 'groups') }),
  };
}
