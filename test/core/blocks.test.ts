import assert from 'node:assert/strict';
import { expectFaces } from '../../lib/core/blocks';
import { buildFaceSet } from '../support/blocks';

describe('expectFaces', () => {
  it('refuses a set without whole faces', () => {
    const set = buildFaceSet(1);
    const { faces, faceBoxes, ...blocks } = set;
    assert.equal(expectFaces(set), set);
    assert.ok(faces.length > 0 && faceBoxes.length > 0);
    assert.throws(() => expectFaces(blocks), /Expected whole faces for blocks but received blocks alone/);
  });
});
