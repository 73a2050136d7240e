import assert from 'node:assert/strict';
import { EMOTIONS, type Emotion } from '../../lib/core/emotions';
import { type FacePrediction, createSmoother } from '../../lib/predict/predictor';
import { assertNear } from '../support/assertions';

function faceAt(x: number, emotion: Emotion): FacePrediction {
  const probabilities = Object.fromEntries(EMOTIONS.map((name) => [name, Number(name === emotion)]));
  const box = { x, y: 0, width: 100, height: 100 };
  return {
    answer: emotion,
    likeliest: emotion,
    confidence: 1,
    probabilities,
    box,
  } as unknown as FacePrediction;
}

describe('createSmoother', () => {
  const options = { seconds: 1 / Math.LN2, abstainBelow: 0.6 };

  it('averages each face with its earlier answers, half of them a second later, and abstains by the average', () => {
    const smooth = createSmoother(options);
    assert.deepEqual(smooth([faceAt(0, 'joy'), faceAt(300, 'fear')], 0), [
      faceAt(0, 'joy'),
      faceAt(300, 'fear'),
    ]);
    // The faces change places in the list, and the first moves by 10 pixels.
    const [other, face] = smooth([faceAt(300, 'fear'), faceAt(10, 'anger')], 1);
    assert.deepEqual([other.probabilities.fear, other.answer], [1, 'fear']);
    assertNear([face.probabilities.joy, face.probabilities.anger], [0.5, 0.5]);
    assert.equal(face.answer, 'unsure');
    const [later] = smooth([faceAt(10, 'anger')], 2);
    assertNear(later.probabilities.joy, 0.25);
    assert.deepEqual([later.answer, later.confidence > 0.7], ['anger', true]);
  });

  it('averages with the face that overlaps most, and each earlier face once', () => {
    const smooth = createSmoother(options);
    smooth([faceAt(40, 'fear'), faceAt(0, 'joy')], 0);
    const [left, right] = smooth([faceAt(10, 'anger'), faceAt(15, 'anger')], 1);
    assertNear([left.probabilities.joy, left.probabilities.fear], [0.5, 0]);
    assertNear([right.probabilities.joy, right.probabilities.fear], [0, 0.5]);
  });

  it('starts again for a face at another place, or one that was gone', () => {
    const smooth = createSmoother(options);
    smooth([faceAt(0, 'joy')], 0);
    assert.equal(smooth([faceAt(200, 'anger')], 0.1)[0].probabilities.anger, 1);
    assert.equal(smooth([], 0.2).length, 0);
    assert.equal(smooth([faceAt(200, 'fear')], 0.3)[0].probabilities.fear, 1);
  });
});
