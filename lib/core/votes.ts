import { unexpected } from './errors';
import { EMOTIONS, type Emotion, isEmotion } from './emotions';

/** Choices of an annotator of FER+, in the order of the columns of its label files. Source: Barsoum et al. 2016. */
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

/** Number of annotators who chose each of {@link VOTE_COLUMNS}, [10]. */
type Votes = readonly number[];

/** Rules that give an image its label from votes, or leave it out; see {@link labelByVotes}. */
export const LABEL_RULES = ['strict', 'plural', 'all'] as const;

/** One of {@link LABEL_RULES}. */
export type LabelRule = (typeof LABEL_RULES)[number];

/** Column of each expression, in the order of the label ids. */
const EXPRESSION_COLUMNS = EMOTIONS.map((emotion) => VOTE_COLUMNS.indexOf(emotion));

/**
 * Finds the majority winner by FER+'s `majority` rule: single votes are dropped, and the winner needs more than half of
 * the remaining votes, including those for `unknown` and `not-a-face`.
 * @returns undefined without a majority
 * @throws RangeError when there are not ten counts
 */
export function majorityWinner(votes: Votes): VoteColumn | undefined {
  const kept = dropSingleVotes(votes);
  const most = Math.max(...kept);
  return 2 * most > sum(kept) ? VOTE_COLUMNS[kept.indexOf(most)] : undefined;
}

/**
 * Finds the plurality winner: the column with the most votes.
 * @returns undefined for a tie
 * @throws RangeError when there are not ten counts
 */
export function pluralityWinner(votes: Votes): VoteColumn | undefined {
  expectTen(votes);
  const most = Math.max(...votes);
  const winners = VOTE_COLUMNS.filter((_, column) => votes[column] === most);
  return winners.length === 1 ? winners[0] : undefined;
}

/**
 * Computes the soft label: each expression's share of the votes for the seven expressions, with single votes dropped as
 * in {@link majorityWinner}.
 * @returns [7] in the order of the label ids, with sum 1; undefined when no vote for the seven remains
 * @throws RangeError when there are not ten counts
 */
export function toSoftLabel(votes: Votes): number[] | undefined {
  const kept = dropSingleVotes(votes);
  const counts = EXPRESSION_COLUMNS.map((column) => kept[column]);
  const total = sum(counts);
  return total > 0 ? counts.map((count) => count / total) : undefined;
}

/**
 * Labels an image by its votes.
 * @param rule `strict`: the majority winner. `plural`: the plurality winner. `all`: the majority winner, or else the
 *   largest share of the soft label; the first by label id in a tie.
 * @returns undefined when the rule gives none of the seven expressions
 * @throws RangeError when there are not ten counts
 */
export function labelByVotes(votes: Votes, rule: LabelRule): Emotion | undefined {
  const winner = rule === 'plural' ? pluralityWinner(votes) : majorityWinner(votes);
  if (winner && isEmotion(winner)) return winner;
  const shares = rule === 'all' ? toSoftLabel(votes) : undefined;
  return shares && EMOTIONS[shares.indexOf(Math.max(...shares))];
}

function dropSingleVotes(votes: Votes): number[] {
  expectTen(votes);
  return votes.map((count) => (count === 1 ? 0 : count));
}

function expectTen(votes: Votes): void {
  if (votes.length !== VOTE_COLUMNS.length)
    throw unexpected(`${VOTE_COLUMNS.length} counts`, 'votes', votes.length);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
