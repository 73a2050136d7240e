import { emotionId, EMOTIONS } from '../core/emotions';
import {
  GROUP_DRAWS,
  type GroupedAnswer,
  type GroupScore,
  type GroupScores,
  scoreGroups,
} from '../core/group-scores';
import type { Estimate } from '../core/intervals';
import { formatPercent } from '../core/metrics';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { tableToText } from '../figures/table-format';

/** A column by which images are put into groups. */
export interface GroupColumn {
  /** Name in the table of labels; `person` or `side`. */
  readonly name: string;
  /** Returns an image's value; undefined if it has none. */
  readonly valueOf: (record: FrameRecord) => string | undefined;
}

/** A model's scores by group; `resampled` names the units of the bootstrap. */
export type GroupEvaluation = ReturnType<typeof evaluateGroups>;

/** Maximum number of groups. A column with more values holds names or measurements. */
const MOST_GROUPS = 200;

/** Smallest numbers of images and persons of a group for claims; persons count only if they are resampled. */
const LIMITS = { images: 30, persons: 10 };

/** Seed of the bootstrap: the same answers give the same intervals. */
const SEED = 1;

/** Maximum length of a group's name, for lines of 100 characters. */
const LONGEST_NAME = 14;

/**
 * Finds a column to group by: one of a table of labels, `person` or `side`. Case is ignored unless a column has exactly
 * this name.
 * @param name as the user typed it after `--by`
 * @throws RangeError for an unknown name, or for a column with more than {@link MOST_GROUPS} values
 */
export function findColumn({ name: dataset, records }: Dataset, name: string): GroupColumn {
  const columns = listColumns(records);
  const column =
    columns.find((one) => one.name === name) ??
    columns.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
  if (!column)
    throw new RangeError(
      columns.length === 0
        ? `Expected data with columns for --by but received ${dataset}, which has none: name its pictures in a table of labels, a CSV file with path, label and ${name || 'a column'} (data/README.md)`
        : `Expected one of the columns ${columns.map((one) => one.name).join(', ')} for --by but received ${name || 'none'}`,
    );
  const count = new Set(records.map(column.valueOf)).size;
  if (count <= MOST_GROUPS) return column;
  throw new RangeError(
    `Expected at most ${MOST_GROUPS} values in the column of --by but received ${column.name} with ${count}: put numbers, such as ages, into ranges in the table`,
  );
}

function listColumns(records: readonly FrameRecord[]): GroupColumn[] {
  const names = new Set(records.flatMap(({ attributes = {} }) => Object.keys(attributes)));
  const columns = Array.from(names, (name): GroupColumn => ({
    name,
    // The value is shown in one line of a table; a blank one counts as none.
    valueOf: ({ attributes = {} }) =>
      Object.hasOwn(attributes, name)
        ? attributes[name].replace(/[\s\p{Cc}]+/gu, ' ').trim() || undefined
        : undefined,
  }));
  if (hasCharacters(records)) columns.push({ name: 'person', valueOf: personOf });
  if (records.some(({ side }) => side)) columns.push({ name: 'side', valueOf: ({ side }) => side });
  return columns;
}

/** Returns true if the images are of more than one person or character. */
export function hasCharacters(records: readonly FrameRecord[]): boolean {
  return new Set(records.map(({ character }) => character)).size > 1;
}

/** Returns undefined for the character `all`, which images without a named person have. */
function personOf({ character }: FrameRecord): string | undefined {
  return character === 'all' ? undefined : character;
}

/**
 * Scores a model by group. The intervals resample whole persons if the data name several; if not, or if each group is
 * one person, they resample images.
 * @param answers of the records, in their order: whether each is right, and the probability of the likeliest class
 */
export function evaluateGroups(
  answers: Readonly<{ outcomes: readonly boolean[]; confidences: readonly (number | undefined)[] }>,
  records: readonly FrameRecord[],
  { name, valueOf }: GroupColumn,
) {
  const resampled: 'persons' | 'images' =
    hasCharacters(records) && valueOf !== personOf ? 'persons' : 'images';
  const limits = { images: LIMITS.images, units: resampled === 'persons' ? LIMITS.persons : 0 };
  const grouped = records.map((record, index): GroupedAnswer => ({
    group: valueOf(record),
    unit: resampled === 'persons' ? record.character : record.path,
    label: emotionId(record.emotion),
    isRight: answers.outcomes[index],
    confidence: answers.confidences[index],
  }));
  const scores = scoreGroups(grouped, { limits, random: createRandom(SEED, 'groups') });
  return { column: name, resampled, limits, ...scores };
}

/** Formats a model's scores by group as lines of 100 characters at most. */
export function describeGroups(evaluation: GroupEvaluation): string[] {
  const { column, resampled, limits, groups, largestDifference } = evaluation;
  const hasPersons = resampled === 'persons';
  const least = `${limits.images} images${hasPersons ? ` or ${limits.units} persons` : ''}`;
  const parts = [
    `by ${column}, with 95 % intervals from ${GROUP_DRAWS.toLocaleString('en-US')} samples of the ${resampled}:`,
    scoreTable(groups, hasPersons),
    ...(groups.some(({ isTooFew }) => isTooFew) ? [`* fewer than ${least}: too few for a claim`] : []),
    'recall by class in %, of all images:',
    recallTable(groups),
    ...describeDifference(largestDifference),
  ];
  return parts.flatMap((part) => part.split('\n').map((line) => `  ${line}`));
}

function scoreTable(groups: readonly GroupScore[], hasPersons: boolean): string {
  const percent = (share: number) => formatPercent(share, 1);
  const persons = <T>(cell: T) => (hasPersons ? [cell] : []);
  const columns = ['group', 'images', ...persons('persons'), 'found', 'accuracy of all', 'calibration error'];
  const values = groups.map(({ group, images, units, found, accuracy, calibrationError, isTooFew }) => {
    const [error, low, high] = [calibrationError.value, calibrationError.low, calibrationError.high];
    return [
      `${nameOf(group)}${isTooFew ? ' *' : ''}`,
      images,
      ...persons(units),
      found,
      `${percent(accuracy.value).padStart(7)} (${percent(accuracy.low)} to ${percent(accuracy.high)})`,
      found > 0 ? `${error.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})` : '–',
    ];
  });
  return tableToText({ columns, values });
}

/** Formats recall: a row per group, a column per class that has images. */
function recallTable(groups: readonly GroupScore[]): string {
  const ids = [...EMOTIONS.keys()].filter((id) => groups.some(({ recalls }) => recalls[id].trials > 0));
  // Bounds are rounded outwards.
  const cell = ({ value, low, high }: Estimate) =>
    Number.isNaN(value)
      ? '–'
      : `${(100 * value).toFixed(0).padStart(3)} ${Math.floor(100 * low)}-${Math.ceil(100 * high)}`;
  const values = groups.map(({ group, recalls }) => [nameOf(group), ...ids.map((id) => cell(recalls[id]))]);
  return tableToText({ columns: ['group', ...ids.map((id) => EMOTIONS[id])], values });
}

function describeDifference(largest: GroupScores['largestDifference']): string[] {
  if (!largest) return ['No difference: fewer than two groups have a name.'];
  const { higher, lower, difference, compared, isTooFew } = largest;
  const [value, low, high] = [difference.value, difference.low, difference.high].map((share) =>
    (100 * share).toFixed(1),
  );
  return [
    `largest difference of accuracy: ${nameOf(higher)} minus ${nameOf(lower)} ${value} points (95 %: ${low} to ${high})`,
    ...(compared > 2
      ? [
          `The two were chosen among ${compared} groups after scoring, so the interval holds for all pairs at once.`,
        ]
      : []),
    ...(isTooFew ? ['Fewer than two named groups are large enough: too few for a claim.'] : []),
  ];
}

function nameOf(group = 'not given'): string {
  return group.length > LONGEST_NAME ? `${group.slice(0, LONGEST_NAME - 1)}…` : group;
}
