import { EMOTIONS } from '../core/emotions';
import { GROUP_DRAWS, type GroupScore } from '../core/group-scores';
import type { Estimate } from '../core/intervals';
import { formatPercent } from '../core/metrics';
import { tableToText } from '../figures/table-format';
import type { GroupEvaluation } from './evaluate-groups';

/** Name of the group of images without a name in the data. */
const NOT_GIVEN = 'not given';

/** Maximum length of a group's name, for lines of 100 characters. */
const LONGEST_NAME = 14;

/** Marks groups that are too small for a claim. */
const MARK = ' *';

/** Formats a model's scores by group as lines of 100 characters at most. */
export function describeGroups(evaluation: GroupEvaluation): string[] {
  const { column, resampled, limits, groups } = evaluation;
  const least = `${limits.images} images${resampled === 'persons' ? ` or ${limits.units} persons` : ''}`;
  return [
    `by ${column}, with 95 % intervals from ${GROUP_DRAWS.toLocaleString('en-US')} samples of the ${resampled}:`,
    ...scoreTable(evaluation),
    ...(groups.some(({ isTooFew }) => isTooFew) ? [`* fewer than ${least}: too few for a claim`] : []),
    'recall by class in %, of all images:',
    ...recallTable(groups),
    ...describeDifference(evaluation),
  ].map((line) => `  ${line}`);
}

function scoreTable({ groups, resampled }: GroupEvaluation): string[] {
  const hasPersons = resampled === 'persons';
  const columns = [
    'group',
    'images',
    ...(hasPersons ? ['persons'] : []),
    'found',
    'accuracy of all',
    'calibration error',
  ];
  const values = groups.map(({ group, images, units, found, accuracy, calibrationError, isTooFew }) => [
    `${nameOf(group)}${isTooFew ? MARK : ''}`,
    images,
    ...(hasPersons ? [units] : []),
    found,
    `${formatPercent(accuracy.value, 1).padStart(7)} (${formatPercent(accuracy.low, 1)} to ${formatPercent(accuracy.high, 1)})`,
    found > 0 ? format(calibrationError, (share) => share.toFixed(3)) : '–',
  ]);
  return toLines(columns, values);
}

/** One row a group, one column a class that the images have. */
function recallTable(groups: readonly GroupScore[]): string[] {
  const ids = [...EMOTIONS.keys()].filter((id) => groups.some(({ recalls }) => recalls[id].trials > 0));
  // Bounds are rounded outwards.
  const cell = ({ value, low, high }: Estimate) =>
    Number.isNaN(value)
      ? '–'
      : `${(100 * value).toFixed(0).padStart(3)} ${Math.floor(100 * low)}-${Math.ceil(100 * high)}`;
  const values = groups.map(({ group, recalls }) => [nameOf(group), ...ids.map((id) => cell(recalls[id]))]);
  return toLines(['group', ...ids.map((id) => EMOTIONS[id])], values);
}

function describeDifference({ largestDifference }: GroupEvaluation): string[] {
  if (!largestDifference) return ['No difference: fewer than two groups have a name.'];
  const { higher, lower, difference, compared, isTooFew } = largestDifference;
  const points = (share: number) => (100 * share).toFixed(1);
  const { value, low, high } = difference;
  return [
    `largest difference of accuracy: ${nameOf(higher)} minus ${nameOf(lower)} ${points(value)} points (95 %: ${points(low)} to ${points(high)})`,
    ...(compared > 2
      ? [`It is chosen among ${compared} groups after seeing them: its interval holds for all pairs at once.`]
      : []),
    ...(isTooFew ? ['Fewer than two named groups have enough: this is too few for a claim.'] : []),
  ];
}

function nameOf(group: string | undefined): string {
  const name = group ?? NOT_GIVEN;
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function format({ value, low, high }: Estimate, write: (share: number) => string): string {
  return `${write(value)} (${write(low)} to ${write(high)})`;
}

function toLines(columns: readonly string[], values: readonly (string | number)[][]): string[] {
  return tableToText({ columns, values }).split('\n');
}
