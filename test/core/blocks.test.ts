import assert from 'node:assert/strict';
import { expectFaces, toSkippedCsv } from '../../lib/core/blocks';
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

describe('toSkippedCsv', () => {
  const skipped = (name: string, reason: string) => ({
    record: { path: name, character: 'aia', emotion: 'joy' as const },
    kind: 'no-face',
    reason,
  });

  it('is only the header when no frame was skipped', () => {
    assert.equal(toSkippedCsv([]), 'path,kind,reason\r\n');
  });

  it('quotes commas, quotes and line breaks, in any script', () => {
    const csv = toSkippedCsv([skipped('a/顔.png', 'plain'), skipped('b, "c".png', 'two\nlines')]);
    assert.equal(
      csv,
      'path,kind,reason\r\na/顔.png,no-face,plain\r\n"b, ""c"".png",no-face,"two\nlines"\r\n',
    );
  });
});
