import assert from 'node:assert/strict';
import { labelByVotes, pluralityWinner, majorityWinner, toSoftLabel } from '../../lib/core/votes';

// Columns: neutral, joy, surprise, sadness, anger, disgust, fear, contempt, unknown, not a face.
describe('votes of FER+', () => {
  it('have a majority winner with more than half of the votes, single votes dropped', () => {
    assert.equal(majorityWinner([6, 0, 1, 1, 0, 0, 0, 0, 2, 0]), 'neutral');
    assert.equal(majorityWinner([0, 4, 1, 0, 0, 0, 0, 1, 1, 3]), 'joy');
    assert.equal(majorityWinner([0, 1, 0, 0, 2, 0, 0, 6, 1, 0]), 'contempt');
  });

  it('have no majority winner at half of the votes or below, votes for unknown included', () => {
    assert.equal(majorityWinner([5, 5, 0, 0, 0, 0, 0, 0, 0, 0]), undefined);
    assert.equal(majorityWinner([0, 0, 4, 0, 0, 0, 2, 0, 2, 0]), undefined);
    assert.equal(majorityWinner([4, 0, 0, 1, 3, 2, 0, 0, 0, 0]), undefined);
    assert.equal(majorityWinner([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), undefined);
  });

  it('have a plurality winner with any share of the votes, and none in a tie', () => {
    assert.equal(pluralityWinner([4, 0, 0, 1, 3, 2, 0, 0, 0, 0]), 'neutral');
    assert.equal(pluralityWinner([0, 0, 0, 0, 0, 0, 0, 0, 7, 3]), 'unknown');
    assert.equal(pluralityWinner([5, 5, 0, 0, 0, 0, 0, 0, 0, 0]), undefined);
  });

  it('give soft labels over the seven in the order of the label ids, without single votes', () => {
    assert.deepEqual(toSoftLabel([4, 0, 0, 1, 3, 1, 0, 1, 0, 0]), [3 / 7, 0, 0, 0, 4 / 7, 0, 0]);
    assert.deepEqual(toSoftLabel([0, 2, 0, 2, 0, 2, 2, 2, 0, 0]), [0, 0.25, 0.25, 0.25, 0, 0.25, 0]);
    assert.equal(toSoftLabel([1, 0, 0, 1, 0, 0, 0, 4, 4, 0]), undefined);
  });

  it('label by either rule where the winner is one of the seven', () => {
    const few = [4, 0, 0, 3, 3, 0, 0, 0, 0, 0];
    const contempt = [0, 2, 0, 0, 2, 0, 0, 6, 0, 0];
    assert.deepEqual([labelByVotes(few, 'strict'), labelByVotes(few, 'plural')], [undefined, 'neutral']);
    assert.deepEqual(
      [labelByVotes(contempt, 'strict'), labelByVotes(contempt, 'plural')],
      [undefined, undefined],
    );
  });

  it('label every image that has a soft label under `all`, by the majority winner if there is one', () => {
    assert.equal(labelByVotes([6, 2, 2, 0, 0, 0, 0, 0, 0, 0], 'all'), 'neutral');
    assert.equal(labelByVotes([4, 0, 0, 4, 0, 0, 0, 0, 2, 0], 'all'), 'neutral');
    assert.equal(labelByVotes([0, 2, 0, 0, 2, 0, 0, 6, 0, 0], 'all'), 'anger');
    assert.equal(labelByVotes([1, 0, 0, 0, 0, 0, 0, 4, 0, 5], 'all'), undefined);
  });

  it('refuse another number of columns than ten', () => {
    assert.throws(() => majorityWinner([1, 2]), /Expected 10 counts for votes but received 2/);
    assert.throws(() => pluralityWinner([]), /received 0/);
  });
});
