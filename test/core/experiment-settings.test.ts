import assert from 'node:assert/strict';
import {
  DEFAULT_EXPERIMENT,
  limitBatchSize,
  readCropped,
  readExperiment,
} from '../../lib/core/experiment-settings';

describe('readExperiment', () => {
  it('gives the defaults when nothing is set', () => {
    assert.deepEqual(readExperiment({ EPOCHS: '', PATH: '/bin' }), DEFAULT_EXPERIMENT);
  });

  it('takes what the environment says', () => {
    const experiment = readExperiment({
      EPOCHS: '50',
      SPLIT: 'clips',
      MARGIN: '30',
      LEARNING_RATE: '0.0005',
    });
    assert.deepEqual(experiment, {
      ...DEFAULT_EXPERIMENT,
      epochs: 50,
      split: 'clips',
      marginPx: 30,
      learningRate: 5e-4,
    });
  });

  it('defect 7: the margin is one setting, 10 px as in the original report', () => {
    assert.equal(readExperiment({}).marginPx, 10);
  });

  it('names the wrong variable and the values that it accepts', () => {
    assert.throws(
      () => readExperiment({ EPOCHS: 'many' }),
      /integer of at least 1 for EPOCHS but received many/,
    );
    assert.throws(() => readExperiment({ EPOCHS: '0' }), /integer of at least 1 for EPOCHS but received 0/);
    assert.throws(() => readExperiment({ MARGIN: '-1' }), /integer of at least 0 for MARGIN but received -1/);
    assert.throws(
      () => readExperiment({ SPLIT: 'frame' }),
      /one of frames, clips, characters, official, leave-one-person-out for SPLIT .* frame/,
    );
    assert.throws(
      () => readExperiment({ LEARNING_RATE: '2' }),
      /between 0 and 1 for LEARNING_RATE but received 2/,
    );
  });
});

describe('readCropped', () => {
  it('reads CROPPED=1 as cropped faces and no value as uncropped, and refuses other values', () => {
    assert.deepEqual(
      [{}, { CROPPED: '' }, { CROPPED: '1' }].map((environment) => readCropped(environment)),
      [false, false, true],
    );
    assert.throws(() => readCropped({ CROPPED: '0' }), /Expected 1 or nothing for CROPPED but received 0/);
  });
});

describe('limitBatchSize', () => {
  it('gives an epoch of few faces eight steps, down to batches of eight, and never a larger batch', () => {
    const sizes = [1344, 512, 511, 96, 20, 1].map((faces) => limitBatchSize(64, faces));
    assert.deepEqual(sizes, [64, 64, 63, 12, 8, 8]);
    assert.equal(limitBatchSize(4, 20), 4);
  });
});
