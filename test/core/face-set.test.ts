import assert from 'node:assert/strict';
import { expectFaces, landmarksInFace } from '../../lib/core/face-set';
import { buildFaceSet } from '../support/blocks';

describe('a set with whole faces', () => {
  it('places landmarks in the picture, whatever the sides of the box', () => {
    assert.deepEqual([...landmarksInFace(buildFaceSet(2), 1, [3, 40])], [12, 12, 12, 12]);
  });

  it('is distinguished from a set without them', () => {
    const { faces, faceBoxes, ...blocks } = buildFaceSet(1);
    assert.ok(faces.length > 0 && faceBoxes.length > 0);
    assert.throws(() => expectFaces(blocks), /Expected whole faces for blocks but received blocks alone/);
  });
});
