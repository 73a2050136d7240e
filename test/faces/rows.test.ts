import assert from 'node:assert/strict';
import { concatBlocks, countRows, toBatch, toBlocks } from '../../lib/faces/store/rows';
import { faceRow, missedRow } from '../support/blocks';

const rows = [faceRow(0), missedRow(1), faceRow(2), faceRow(3), missedRow(4)];
const records = rows.map(({ record }) => record);

describe('toBatch', () => {
  it('makes a row per frame, with null for what a frame does not have', () => {
    const batch = toBatch(rows);
    assert.equal(batch.numRows, 5);
    const [face, miss] = [batch.get(2)!.toJSON(), batch.get(1)!.toJSON()];
    assert.deepEqual(
      [face.path, face.character, face.emotion, face.clip, face.frame, face.kind, face.detector, face.score],
      ['ä/2.png', 'aia', 'joy', 'clip-2', 2, null, 'tiny-160', 0.75],
    );
    assert.deepEqual([...face.faceBox], [2, 2.5, 30, 40]);
    assert.deepEqual([...face.eyesBox, ...face.mouthBox], [2, 1, 20, 10, 2, 30, 21, 11]);
    assert.deepEqual([...face.imageSize], [256, 202]);
    assert.equal(
      String(batch.schema.fields.find(({ name }) => name === 'eyes')?.type),
      'FixedSizeList[1024]<Uint8>',
    );
    assert.deepEqual(
      [miss.path, miss.clip, miss.frame, miss.kind, miss.reason, miss.score, miss.eyes, miss.landmarks],
      ['missed/1.png', null, null, 'no-face', 'Expected "a face", found\nnone', null, null, null],
    );
  });
});

describe('toBlocks', () => {
  it('divides the rows into blocks and skipped frames', () => {
    const blocks = toBlocks(toBatch(rows), records);
    assert.deepEqual(blocks.records, [records[0], records[2], records[3]]);
    assert.deepEqual(blocks.skipped, [rows[1], rows[4]]);
    assert.deepEqual([...blocks.imageSizes], [256, 200, 256, 202, 256, 203]);
    assert.deepEqual([...blocks.scores], [0.75, 0.75, 0.75]);
    assert.deepEqual(blocks.detectors, ['tiny-160', 'tiny-160', 'tiny-160']);
    [0, 2, 3].forEach((source, index) => {
      assert.deepEqual(blocks.eyes.subarray(index * 1024, (index + 1) * 1024), faceRow(source).eyes);
      assert.deepEqual(blocks.mouth.subarray(index * 1024, (index + 1) * 1024), faceRow(source).mouth);
      assert.deepEqual(blocks.landmarks.subarray(index * 136, (index + 1) * 136), faceRow(source).landmarks);
      assert.deepEqual([...blocks.eyesBoxes.subarray(4 * index, 4 * index + 4)], [source, 1, 20, 10]);
      assert.deepEqual([...blocks.mouthBoxes.subarray(4 * index, 4 * index + 4)], [source, 30, 21, 11]);
    });
  });

  it('takes the records from the batch when none are given', () => {
    assert.deepEqual(toBlocks(toBatch(rows)), toBlocks(toBatch(rows), records));
  });

  it('converts skipped frames only and faces only', () => {
    const faces = Array.from({ length: 256 }, (_, at) => faceRow(at % 50));
    const sizes = [[missedRow(0)], [faceRow(0)], faces].map((some) => {
      const blocks = toBlocks(toBatch(some));
      return [blocks.records.length, blocks.skipped.length, blocks.eyes.length];
    });
    assert.deepEqual(sizes, [
      [0, 1, 0],
      [1, 0, 1024],
      [256, 0, 256 * 1024],
    ]);
  });
});

describe('countRows', () => {
  it('counts frames, skipped frames and assumed landmarks', () => {
    const batch = toBatch([...rows, { ...faceRow(5), detector: 'assumed' }]);
    assert.deepEqual(countRows(batch), { frames: 6, missed: 2, assumed: 1 });
  });
});

describe('concatBlocks', () => {
  it('joins in the given order, skipped frames too', () => {
    const parts = [rows.slice(0, 2), rows.slice(2)].map((some) => toBlocks(toBatch(some)));
    assert.deepEqual(concatBlocks(parts), toBlocks(toBatch(rows)));
  });

  it('is empty for an empty list', () => {
    const { records: none, eyes, scores, skipped } = concatBlocks([]);
    assert.deepEqual([none.length, eyes.length, scores.length, skipped.length], [0, 0, 0, 0]);
    assert.ok(eyes instanceof Uint8Array && scores instanceof Float32Array);
  });
});
