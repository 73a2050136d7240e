import assert from 'node:assert/strict';
import type { BlockSet } from '../../lib/core/blocks';
import { findNearDuplicates, hashFaces } from '../../lib/core/perceptual-hash';
import { createRandom } from '../../lib/core/random';
import { makeBlockSet, makeRecords } from '../support/blocks';

function faces(blocks: readonly Uint8Array[]): BlockSet {
  const pixels = Uint8Array.from(blocks.flatMap((block) => [...block]));
  return makeBlockSet(makeRecords(blocks.length), { eyes: pixels, mouth: pixels });
}

const ramp = (slope: number) => Uint8Array.from({ length: 1024 }, (_, at) => 100 + slope * (at % 32));

describe('hashFaces', () => {
  it('is all ones where it grows brighter to the right and all zeros where it grows darker', () => {
    assert.deepEqual([...hashFaces(faces([ramp(2), ramp(-2)]))], [0xffffffff, 0xffffffff, 0, 0]);
  });

  it('does not change with brightness', () => {
    const [one, , other] = hashFaces(faces([ramp(2), ramp(2).map((level) => level + 40)]));
    assert.equal(one, other);
  });
});

describe('findNearDuplicates', () => {
  it('finds what differs in at most 3 of 64 bits, never a face itself', () => {
    const hashes = Uint32Array.of(0, 0, 7, 0, 15, 0, 0x80000001, 0x80000000);
    assert.deepEqual([...findNearDuplicates(hashes, [0], [0, 1])], [1]);
    assert.deepEqual([...findNearDuplicates(hashes, [0, 1, 2, 3], [0])], [-1, 0, -1, 0]);
  });

  it('finds the same as comparing all pairs', () => {
    const random = createRandom(3);
    const hashes = Uint32Array.from(
      { length: 400 },
      () => (1 << random.integer(32)) | (1 << random.integer(32)),
    );
    const all = Array.from({ length: 200 }, (_, face) => face);
    const bits = (value: number) => (value >>> 0).toString(2).replaceAll('0', '').length;
    const far = (a: number, b: number) =>
      bits(hashes[2 * a] ^ hashes[2 * b]) + bits(hashes[2 * a + 1] ^ hashes[2 * b + 1]);
    const wanted = all.map((face) => all.some((other) => other !== face && far(face, other) <= 3));
    assert.ok(wanted.includes(true) && wanted.includes(false));
    assert.deepEqual(
      Array.from(findNearDuplicates(hashes, all, all), (other) => other >= 0),
      wanted,
    );
  });
});
