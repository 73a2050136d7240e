import { EMOTIONS, type Emotion, isEmotion } from './emotions';

/**
 * What FER+'s ten raters of an image could choose, in the order of its columns. Its `happiness` is our `joy`, its
 * `NF` is `not-a-face`. Source: Barsoum et al. 2016, "Training Deep Networks for Facial Expression Recognition with
 * Crowd-Sourced Label Distribution".
 */
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

/** Which images of a data set with votes become records; see {@link labelByVotes}. */
export const LABEL_RULES = ['strict', 'plural', 'all'] as const;

/** One of {@link LABEL_RULES}. */
export type LabelRule = (typeof LABEL_RULES)[number];

/**
 * Gives the winner by FER+'s `majority` mode: single votes are dropped, and the winner has more than half of the votes
 * that are left, `unknown` and `not-a-face` included.
 * @param votes ten counts in the order of {@link VOTE_COLUMNS}
 * @returns undefined when no column has a majority
 */
export function strictWinner(votes: readonly number[]): VoteColumn | undefined {
  const kept = dropSingleVotes(votes);
  const total = kept.reduce((sum, count) => sum + count, 0);
  return VOTE_COLUMNS.find((_, column) => 2 * kept[column] > total);
}

/**
 * Gives the column with the most votes, however few they are.
 * @param votes ten counts in the order of {@link VOTE_COLUMNS}
 * @returns undefined when two columns tie for the most
 */
export function pluralWinner(votes: readonly number[]): VoteColumn | undefined {
  const most = Math.max(...votes);
  const winners = VOTE_COLUMNS.filter((_, column) => votes[column] === most);
  return winners.length === 1 ? winners[0] : undefined;
}

/**
 * Gives the share of votes of each of the seven expressions, single votes dropped as in {@link strictWinner}: a soft
 * label. Votes for contempt, unknown and not-a-face are dropped too.
 * @param votes ten counts in the order of {@link VOTE_COLUMNS}
 * @returns [7] in the order of `EMOTIONS`, sum 1; undefined when no vote is left
 */
export function softLabel(votes: readonly number[]): number[] | undefined {
  const kept = dropSingleVotes(votes);
  const counts = EMOTIONS.map((emotion) => kept[VOTE_COLUMNS.indexOf(emotion)]);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total > 0 ? counts.map((count) => count / total) : undefined;
}

/**
 * Labels an image by its votes.
 * @param votes ten counts in the order of {@link VOTE_COLUMNS}
 * @param rule `strict`, `plural`: the winner by this rule; `all`: the strict winner, and where it is none of the seven
 *   expressions, the one of the seven with the most votes, the first of those that tie
 * @returns undefined when the winner is none of the seven; under `all`, when none of the seven has a vote
 */
export function labelByVotes(votes: readonly number[], rule: LabelRule): Emotion | undefined {
  const winner = rule === 'plural' ? pluralWinner(votes) : strictWinner(votes);
  if (winner !== undefined && isEmotion(winner)) return winner;
  return rule === 'all' ? leadingEmotion(votes) : undefined;
}

function leadingEmotion(votes: readonly number[]): Emotion | undefined {
  const expressions = VOTE_COLUMNS.filter(isEmotion);
  const most = Math.max(...expressions.map((_, column) => votes[column]));
  return most > 0 ? expressions.find((_, column) => votes[column] === most) : undefined;
}

function dropSingleVotes(votes: readonly number[]): number[] {
  return votes.map((count) => (count === 1 ? 0 : count));
}
