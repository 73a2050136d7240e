import assert from 'node:assert/strict';
import * as arrow from 'apache-arrow';
import { concatBlocks } from '../../lib/faces/store/concat-blocks';
import { decodeShard, encodeShard } from '../../lib/faces/store/store';
import { faceRow, missedRow } from '../support/blocks';

const rows = [faceRow(0), missedRow(1), faceRow(2), faceRow(3), missedRow(4)];
const records = rows.map(({ record }) => record);

describe('encodeShard', () => {
  it('gives the same bytes for the same rows: no clock, nothing random', () => {
    assert.ok(encodeShard(rows, { key: 'k' }).equals(encodeShard(rows, { key: 'k' })));
  });

  it('writes an Arrow file that any reader opens, a row a frame', () => {
    const table = arrow.tableFromIPC(encodeShard(rows, { key: 'k' }));
    assert.equal(table.numRows, 5);
    assert.equal(table.schema.metadata.get('key'), 'k');
    const [face, miss] = [table.get(2)!.toJSON(), table.get(1)!.toJSON()];
    assert.deepEqual(
      [face.path, face.character, face.emotion, face.clip, face.frame, face.kind, face.detector, face.score],
      ['ä/2.png', 'aia', 'joy', 'clip-2', 2, null, 'tiny-160', 0.75],
    );
    assert.deepEqual([...face.faceBox], [2, 2.5, 30, 40]);
    assert.deepEqual([...face.eyesBox, ...face.mouthBox], [2, 1, 20, 10, 2, 30, 21, 11]);
    assert.deepEqual([...face.imageSize], [256, 202]);
    assert.equal(
      String(table.schema.fields.find(({ name }) => name === 'eyes')?.type),
      'FixedSizeList[1024]<Uint8>',
    );
    assert.deepEqual(
      [miss.path, miss.clip, miss.frame, miss.kind, miss.reason, miss.score, miss.eyes, miss.landmarks],
      ['missed/1.png', null, null, 'no-face', 'Expected "a face", found\nnone', null, null, null],
    );
  });
});

describe('decodeShard', () => {
  it('gives back what was written', () => {
    const blocks = decodeShard(encodeShard(rows, {}), records);
    assert.deepEqual(blocks.records, [records[0], records[2], records[3]]);
    assert.deepEqual(blocks.skipped, [rows[1], rows[4]]);
    assert.deepEqual([...blocks.imageSizes], [256, 200, 256, 202, 256, 203]);
    assert.deepEqual([...blocks.scores], [0.75, 0.75, 0.75]);
    [0, 2, 3].forEach((source, index) => {
      assert.deepEqual(blocks.eyes.subarray(index * 1024, (index + 1) * 1024), faceRow(source).eyes);
      assert.deepEqual(blocks.mouth.subarray(index * 1024, (index + 1) * 1024), faceRow(source).mouth);
      assert.deepEqual(blocks.landmarks.subarray(index * 136, (index + 1) * 136), faceRow(source).landmarks);
      assert.deepEqual([...blocks.eyesBoxes.subarray(4 * index, 4 * index + 4)], [source, 1, 20, 10]);
      assert.deepEqual([...blocks.mouthBoxes.subarray(4 * index, 4 * index + 4)], [source, 30, 21, 11]);
    });
  });

  it('reads shards of skipped frames only and of faces only', () => {
    for (const some of [
      [missedRow(0)],
      [faceRow(0)],
      Array.from({ length: 256 }, (_, at) => faceRow(at % 50)),
    ]) {
      const blocks = decodeShard(
        encodeShard(some, {}),
        some.map(({ record }) => record),
      );
      assert.equal(blocks.records.length + blocks.skipped.length, some.length);
    }
  });

  it('refuses a file with any byte changed', () => {
    const bytes = encodeShard(rows, { key: 'k' });
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 0x20;
      assert.throws(
        () => decodeShard(changed, records),
        /RangeError: Expected an Arrow file as it was written/,
        `${at}`,
      );
    }
  });

  it('refuses a file that is cut short, empty or another thing', () => {
    const bytes = encodeShard(rows, {});
    for (const broken of [bytes.subarray(0, bytes.length - 1), Buffer.alloc(0), Buffer.from('ARROW1')])
      assert.throws(() => decodeShard(broken, records), /as it was written/);
  });

  it('refuses a file of another number of frames', () => {
    assert.throws(
      () => decodeShard(encodeShard(rows, {}), records.slice(1)),
      /Expected 4 frames for shard but received 5/,
    );
  });
});

describe('concatBlocks', () => {
  it('joins in the order given, misses too', () => {
    const parts = [rows.slice(0, 2), rows.slice(2)].map((some) =>
      decodeShard(
        encodeShard(some, {}),
        some.map(({ record }) => record),
      ),
    );
    assert.deepEqual(concatBlocks(parts), decodeShard(encodeShard(rows, {}), records));
  });

  it('is empty for an empty list', () => {
    const { records: none, eyes, scores, skipped } = concatBlocks([]);
    assert.deepEqual([none.length, eyes.length, scores.length, skipped.length], [0, 0, 0, 0]);
    assert.ok(eyes instanceof Uint8Array && scores instanceof Float32Array);
  });
});
