import assert from 'node:assert/strict';
import type { BlockSet } from '../../lib/core/blocks';
import { fingerprintFaces } from '../../lib/study/train-cached';
import { buildFaceSet } from '../support/blocks';

describe('fingerprintFaces', () => {
  const set = buildFaceSet(4);
  const changed = (changes: Partial<BlockSet>): BlockSet => ({ ...set, ...changes });
  const withPixel = (pixels: Uint8Array, at: number) =>
    pixels.map((level, index) => (index === at ? level ^ 1 : level));
  const hash = (blocks: BlockSet) => fingerprintFaces(blocks, [1, 2], ['eyes', 'mouth']);

  it('changes with a pixel, a label or a vote of its faces, and with their order', () => {
    const labelled = set.records.map((record) => ({ ...record, emotion: 'fear' as const }));
    const voted = set.records.map((record) => ({ ...record, votes: [9, 1, 0, 0, 0, 0, 0, 0, 0, 0] }));
    const others = [
      hash(changed({ eyes: withPixel(set.eyes, 1024) })),
      hash(changed({ mouth: withPixel(set.mouth, 3 * 1024 - 1) })),
      hash(changed({ records: labelled })),
      hash(changed({ records: voted })),
      fingerprintFaces(set, [2, 1], ['eyes', 'mouth']),
      fingerprintFaces(set, [1, 2], ['mouth', 'eyes']),
    ];
    assert.equal(new Set([hash(set), ...others]).size, 7);
  });

  it("does not depend on other faces, unused inputs or the files' folder", () => {
    const moved = set.records.map((record) => ({ ...record, path: `elsewhere/${record.path}` }));
    const others = [
      changed({ eyes: withPixel(set.eyes, 3 * 1024) }),
      changed({ landmarks: set.landmarks.map((value) => value + 1) }),
      changed({ records: moved }),
    ];
    assert.deepEqual(
      others.map(hash),
      others.map(() => hash(set)),
    );
  });

  it('refuses the whole face where the set has none', () => {
    const without = { ...set, faces: undefined };
    assert.throws(() => fingerprintFaces(without, [1], ['face']), /whole faces/);
  });
});
