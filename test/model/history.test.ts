import assert from 'node:assert/strict';
import { formatEpoch, isBetter } from '../../lib/model/training/history';

const RECORD = {
  epoch: 3,
  trainLoss: 0.0295,
  trainAccuracy: 0.9949,
  validationLoss: 0.15384,
  validationAccuracy: 0.97155,
  seconds: 51.7,
};

describe('history', () => {
  it('writes an epoch as one line', () => {
    assert.equal(
      formatEpoch(RECORD, 50),
      'epoch  3/50 | train loss 0.0295 accuracy 99.49 % | validation loss 0.1538 accuracy 97.16 % | 51.7 s',
    );
  });

  it('prefers more right answers, and among equals the smaller loss', () => {
    assert.ok(isBetter(RECORD, undefined));
    assert.ok(isBetter({ ...RECORD, validationAccuracy: 0.98, validationLoss: 9 }, RECORD));
    assert.ok(isBetter({ ...RECORD, validationLoss: 0.1 }, RECORD));
    assert.ok(!isBetter(RECORD, RECORD));
  });
});
