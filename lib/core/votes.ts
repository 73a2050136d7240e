import { EMOTIONS, type Emotion, isEmotion } from './emotions';

/** What an annotator of FER+ can choose, in the order of its label files' columns. Source: Barsoum et al. 2016. */
export const VOTE_COLUMNS = [
  'neutral',
  'joy',
  'surprise',
  'sadness',
  'anger',
  'disgust',
  'fear',
  'contempt',
  'unknown',
  'not-a-face',
] as const;

/** One of {@link VOTE_COLUMNS}. */
export type VoteColumn = (typeof VOTE_COLUMNS)[number];

/** Which images of a data set with votes become records, and by which label; see {@link labelByVotes}. */
export const LABEL_RULES = ['strict', 'plural', 'all'] as const;

/** One of {@link LABEL_RULES}. */
export type LabelRule = (typeof LABEL_RULES)[number];

/** Column of each expression, in the order of the label ids. */
const EXPRESSION_COLUMNS = EMOTIONS.map((emotion) => VOTE_COLUMNS.indexOf(emotion));

/**
 * Finds the winner by FER+'s own rule, its `majority` mode: single votes are dropped, and the winner needs more than
 * half of the votes that are left, those for unknown and not-a-face included.
 * @param votes counts, [10], in the order of {@link VOTE_COLUMNS}
 * @returns undefined where nothing wins
 * @throws RangeError when there are not ten counts
 */
export function strictWinner(votes: readonly number[]): VoteColumn | undefined {
  const kept = dropSingleVotes(votes);
  const most = Math.max(...kept);
  return 2 * most > sum(kept) ? VOTE_COLUMNS[kept.indexOf(most)] : undefined;
}

/**
 * Finds the column with the most votes, however few.
 * @param votes counts, [10], in the order of {@link VOTE_COLUMNS}
 * @returns undefined for a tie
 * @throws RangeError when there are not ten counts
 */
export function pluralWinner(votes: readonly number[]): VoteColumn | undefined {
  expectTen(votes);
  const most = Math.max(...votes);
  const winners = VOTE_COLUMNS.filter((_, column) => votes[column] === most);
  return winners.length === 1 ? winners[0] : undefined;
}

/**
 * Gives the shares of the votes for the seven expressions, single votes dropped as by {@link strictWinner}.
 * @param votes counts, [10], in the order of {@link VOTE_COLUMNS}
 * @returns [7] in the order of the label ids, their sum 1; undefined where no vote for one of the seven is left
 * @throws RangeError when there are not ten counts
 */
export function toSoftLabel(votes: readonly number[]): number[] | undefined {
  const kept = dropSingleVotes(votes);
  const counts = EXPRESSION_COLUMNS.map((column) => kept[column]);
  const total = sum(counts);
  return total > 0 ? counts.map((count) => count / total) : undefined;
}

/**
 * Labels an image by its votes.
 * @param votes counts, [10], in the order of {@link VOTE_COLUMNS}
 * @param rule `strict`, `plural`: the winner by this rule; `all`: the strict winner, and where it is none of the seven
 *   expressions, the one of the seven with the largest share of the soft label, the first by label id in a tie
 * @returns undefined when the winner is none of the seven; by `all`, when there is no soft label either
 * @throws RangeError when there are not ten counts
 */
export function labelByVotes(votes: readonly number[], rule: LabelRule): Emotion | undefined {
  const winner = rule === 'plural' ? pluralWinner(votes) : strictWinner(votes);
  if (winner && isEmotion(winner)) return winner;
  const shares = rule === 'all' ? toSoftLabel(votes) : undefined;
  return shares && EMOTIONS[shares.indexOf(Math.max(...shares))];
}

function dropSingleVotes(votes: readonly number[]): number[] {
  expectTen(votes);
  return votes.map((count) => (count === 1 ? 0 : count));
}

function expectTen(votes: readonly number[]): void {
  if (votes.length !== VOTE_COLUMNS.length)
    throw new RangeError(`Expected ${VOTE_COLUMNS.length} counts for votes but received ${votes.length}`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
