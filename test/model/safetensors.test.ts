import assert from 'node:assert/strict';
import { createRandom } from '../../lib/core/random';
import { decodeSafetensors, encodeSafetensors } from '../../lib/model/files/safetensors';
import { readTwinFixture } from './twin';

function encode(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function encodeSample(): Uint8Array {
  const tensors = [
    { name: 'b', shape: [2, 2], read: () => Float32Array.of(1, -2, 3.5, NaN) },
    { name: 'a', shape: [], read: () => Float32Array.of(7) },
    { name: '0', shape: [0, 3], read: () => new Float32Array(0) },
  ];
  return new Uint8Array(Buffer.concat([...encodeSafetensors(tensors, new Map([['note', 'ä "1"']]))]));
}

describe('safetensors', () => {
  it('reads what it wrote', () => {
    const { tensors, metadata } = decodeSafetensors(encodeSample());
    assert.deepEqual(tensors.get('b'), { shape: [2, 2], values: Float32Array.of(1, -2, 3.5, NaN) });
    assert.deepEqual(tensors.get('a'), { shape: [], values: Float32Array.of(7) });
    assert.deepEqual(tensors.get('0'), { shape: [0, 3], values: new Float32Array(0) });
    assert.deepEqual([...metadata], [['note', 'ä "1"']]);
  });

  it("reads what the format's own Python package wrote", () => {
    const { tensors, metadata } = readTwinFixture();
    assert.equal(JSON.parse(metadata.get('sizes')!).latent, 10);
    assert.deepEqual([...tensors.get('labels')!.values], [0, 3, 6, 1, 3]);
  });

  it('aligns the data to 8 bytes', () => {
    const bytes = encodeSample();
    assert.equal(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  });

  it('reads a file that does not begin on a multiple of four', () => {
    const shifted = new Uint8Array(encodeSample().length + 1);
    shifted.set(encodeSample(), 1);
    assert.deepEqual(decodeSafetensors(shifted.subarray(1)), decodeSafetensors(encodeSample()));
  });

  const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  const four = new Uint8Array(4);
  const refused: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /at least 8 bytes for file but received 0/],
    ['a header longer than the file', new Uint8Array(8).fill(255), /at most 0 bytes for header/],
    ['text that is no JSON', encode('{"a":'), /JSON for header/],
    ['an array for a header', encode([]), /a JSON object for header/],
    ['null for an entry', encode({ a: null }), /an object for a/],
    ['another type', encode({ a: { ...entry, dtype: 'F16' } }, four), /dtype F32 for a but received "F16"/],
    ['a negative shape', encode({ a: { ...entry, shape: [-1] } }, four), /whole numbers for a/],
    ['a shape too large', encode({ a: { ...entry, shape: [2 ** 40, 2 ** 40] } }, four), /bytes for a/],
    [
      'offsets past the end',
      encode({ a: { ...entry, data_offsets: [0, 8] } }, four),
      /offsets up to 4 for a/,
    ],
    [
      'offsets that run backwards',
      encode({ a: { ...entry, data_offsets: [4, 0] } }, four),
      /offsets up to 4/,
    ],
    ['an overlap', encode({ a: entry, b: entry }, four), /without gaps or overlaps for b/],
    ['data that nobody claims', encode({ a: entry }, new Uint8Array(8)), /4 bytes of data for file/],
    ['metadata that is no text', encode({ __metadata__: { a: 1 } }), /text for __metadata__.a/],
  ];
  for (const [title, bytes, message] of refused) {
    it(`refuses ${title}`, () =>
      assert.throws(() => decodeSafetensors(bytes), { name: 'RangeError', message }));
  }

  it('either reads a damaged file or refuses it with a RangeError', () => {
    const random = createRandom(1, 'fuzz');
    for (let round = 0; round < 2000; round++) {
      const bytes = encodeSample();
      for (let change = random.integer(4); change >= 0; change--) {
        bytes[random.integer(bytes.length)] = random.integer(256);
      }
      const damaged = bytes.subarray(0, random.integer(4) ? bytes.length : random.integer(bytes.length));
      try {
        decodeSafetensors(damaged);
      } catch (error) {
        assert.ok(error instanceof RangeError, String(error));
      }
    }
  });

  it('refuses to write a tensor of another length than its shape says', () => {
    const tensors = [{ name: 'a', shape: [3], read: () => new Float32Array(2) }];
    assert.throws(() => [...encodeSafetensors(tensors)], /Expected 3 numbers for a but received 2/);
  });
});
