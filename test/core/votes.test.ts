import assert from 'node:assert/strict';
import {
  labelByVotes,
  pluralWinner,
  softLabel,
  strictWinner,
  VOTE_COLUMNS,
  type VoteColumn,
} from '../../lib/core/votes';

/** Ten counts from those that are not 0. */
function votesOf(counts: Partial<Record<VoteColumn, number>>): number[] {
  return VOTE_COLUMNS.map((column) => counts[column] ?? 0);
}

describe('strictWinner', () => {
  it('drops single votes and wants more than half of the rest', () => {
    assert.equal(strictWinner(votesOf({ neutral: 5, sadness: 3, anger: 1, unknown: 1 })), 'neutral');
    assert.equal(strictWinner(votesOf({ neutral: 4, sadness: 4, anger: 1, unknown: 1 })), undefined);
    assert.equal(strictWinner(votesOf({ joy: 5, surprise: 5 })), undefined);
    assert.equal(strictWinner(votesOf({ fear: 2, joy: 1, anger: 1, neutral: 1, sadness: 1 })), 'fear');
  });

  it('counts unknown and not-a-face, and lets them win', () => {
    assert.equal(strictWinner(votesOf({ neutral: 4, sadness: 2, unknown: 2, 'not-a-face': 2 })), undefined);
    assert.equal(strictWinner(votesOf({ 'not-a-face': 10 })), 'not-a-face');
    assert.equal(strictWinner(votesOf({ contempt: 6, neutral: 4 })), 'contempt');
  });

  it('has no winner where every vote is a single one', () => {
    assert.equal(strictWinner(VOTE_COLUMNS.map(() => 1)), undefined);
  });
});

describe('pluralWinner', () => {
  it('takes the most votes, however few, and nothing where two tie', () => {
    assert.equal(pluralWinner(votesOf({ neutral: 4, sadness: 3, anger: 3 })), 'neutral');
    assert.equal(pluralWinner(votesOf({ unknown: 4, sadness: 3, anger: 3 })), 'unknown');
    assert.equal(pluralWinner(votesOf({ neutral: 4, sadness: 4, anger: 2 })), undefined);
  });
});

describe('softLabel', () => {
  it('shares the seven expressions’ votes, single ones dropped', () => {
    // In the order of EMOTIONS: anger, disgust, fear, joy, neutral, sadness, surprise.
    assert.deepEqual(
      softLabel(votesOf({ joy: 6, surprise: 2, contempt: 1, fear: 1 })),
      [0, 0, 0, 0.75, 0, 0, 0.25],
    );
    assert.deepEqual(
      softLabel(votesOf({ anger: 3, contempt: 4, unknown: 2, neutral: 1 })),
      [1, 0, 0, 0, 0, 0, 0],
    );
  });

  it('is undefined where nothing is left', () => {
    assert.equal(softLabel(votesOf({ contempt: 9, joy: 1 })), undefined);
  });
});

describe('labelByVotes', () => {
  const split = votesOf({ sadness: 4, neutral: 4, unknown: 2 });
  const contempt = votesOf({ contempt: 6, anger: 2, joy: 2 });

  it('gives the winner by either rule if it is one of the seven', () => {
    const votes = votesOf({ neutral: 4, sadness: 3, anger: 3 });
    assert.deepEqual([labelByVotes(votes, 'strict'), labelByVotes(votes, 'plural')], [undefined, 'neutral']);
    assert.deepEqual(
      [labelByVotes(contempt, 'strict'), labelByVotes(contempt, 'plural')],
      [undefined, undefined],
    );
  });

  it('gives every image that has a vote for one of the seven a label under `all`', () => {
    assert.equal(labelByVotes(votesOf({ neutral: 3, joy: 2, sadness: 1, anger: 1 }), 'all'), 'neutral');
    assert.equal(labelByVotes(split, 'all'), 'neutral');
    assert.equal(labelByVotes(contempt, 'all'), 'joy');
    assert.equal(labelByVotes(votesOf({ 'not-a-face': 6, contempt: 4 }), 'all'), undefined);
  });
});
