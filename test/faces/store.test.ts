import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as arrow from 'apache-arrow';
import { toSkippedCsv } from '../../lib/core/blocks';
import { toBatch, toBlocks } from '../../lib/faces/store/rows';
import { loadStore, mergeShards, readShard, streamStore, writeStore } from '../../lib/faces/store/store';
import { useTemporaryFolder } from '../support/folder';
import { faceRow, missedRow, writeShard } from '../support/blocks';

const rows = [faceRow(0), missedRow(1), faceRow(2)];

describe('writeStore', () => {
  const folder = useTemporaryFolder();

  it('writes an Arrow file that any reader opens, with its metadata', async () => {
    const file = path.join(folder(), 'a.arrow');
    await writeStore(file, [toBatch(rows), toBatch(rows)], { key: 'k' });
    const table = arrow.tableFromIPC(fs.readFileSync(file));
    assert.deepEqual([table.numRows, table.batches.length], [6, 2]);
    assert.equal(table.schema.metadata.get('key'), 'k');
    assert.match(table.schema.metadata.get('digest')!, /^sha256:(?!0{64})[0-9a-f]{64}$/);
  });

  it('gives the same bytes for the same rows: no clock, nothing random', async () => {
    const [one, other] = [await writeShard(folder(), 'a', rows), path.join(folder(), 'b.arrow')];
    await writeStore(other, [toBatch(rows)], { key: 'a' });
    assert.ok(fs.readFileSync(one).equals(fs.readFileSync(other)));
  });

  it('is read back with equal blocks', async () => {
    assert.deepEqual(await loadStore(await writeShard(folder(), 'a', rows)), toBlocks(toBatch(rows)));
  });

  it('finds its digest among texts that look like one', async () => {
    const name = `sha256:${'0'.repeat(64)}`;
    const file = path.join(folder(), 'a.arrow');
    const row = { ...faceRow(0), record: { ...faceRow(0).record, path: name } };
    await writeStore(file, [toBatch([row])], { dataset: 'sha256:', zebra: 'sha256:x' });
    assert.equal((await loadStore(file)).records[0].path, name);
  });
});

describe('readShard', () => {
  const folder = useTemporaryFolder();

  it('reads a shard, and refuses it with any byte changed', async () => {
    const file = await writeShard(folder(), 'a', rows);
    assert.equal((await readShard(file))?.numRows, 3);
    const bytes = fs.readFileSync(file);
    for (let at = 0; at < bytes.length; at += 97) {
      bytes[at] ^= 0x20;
      fs.writeFileSync(file, bytes);
      assert.equal(await readShard(file), undefined, `${at}`);
      bytes[at] ^= 0x20;
    }
  });

  it('refuses a file that is missing, cut short, empty or of another kind', async () => {
    const file = await writeShard(folder(), 'a', rows);
    const bytes = fs.readFileSync(file);
    for (const broken of [bytes.subarray(0, bytes.length - 1), Buffer.alloc(0), Buffer.from('ARROW1')]) {
      fs.writeFileSync(file, broken);
      assert.equal(await readShard(file), undefined);
    }
    fs.rmSync(file);
    assert.equal(await readShard(file), undefined);
  });
});

describe('mergeShards', () => {
  const folder = useTemporaryFolder();

  const shards = async () => [
    await writeShard(folder(), 'a', [faceRow(0), missedRow(1), faceRow(2)]),
    await writeShard(folder(), 'b', [missedRow(3), faceRow(4)]),
  ];
  const merge = async (name = 'store') => mergeShards('two', await shards(), path.join(folder(), name));

  it('makes a store with the rows of all shards in their order', async () => {
    const blocks = await loadStore(await merge());
    assert.deepEqual(
      blocks.records,
      [0, 2, 4].map((index) => faceRow(index).record),
    );
    assert.deepEqual(blocks.skipped, [missedRow(1), missedRow(3)]);
    assert.deepEqual([...blocks.eyes.filter((_, at) => at % 1024 === 0)], [0, 2, 4]);
    assert.deepEqual(blocks.landmarks.slice(272, 274), new Float32Array([4.5, 4.5]));
  });

  it('writes one record batch per shard', async () => {
    const frames: number[] = [];
    for await (const batch of streamStore(await merge())) frames.push(batch.numRows);
    assert.deepEqual(frames, [3, 2]);
  });

  it('writes the table of frames without blocks', async () => {
    await merge();
    const text = fs.readFileSync(path.join(folder(), 'store', 'skipped.csv'), 'utf8');
    assert.equal(text, toSkippedCsv([missedRow(1), missedRow(3)]));
    assert.equal(text.split('\r\n').length, 1 + 2 + 1);
  });

  it('gives the same bytes again, and leaves no other file', async () => {
    const [one, other] = [await merge(), await merge('again')];
    assert.ok(fs.readFileSync(one).equals(fs.readFileSync(other)));
    assert.deepEqual(fs.readdirSync(path.dirname(other)).sort(), ['blocks.arrow', 'skipped.csv']);
  });

  it('makes a store that is refused when any byte was changed or cut off', async () => {
    const file = await merge();
    const whole = fs.readFileSync(file);
    const places = [0, 1, 9, 40, whole.length >> 1, whole.length - 300, whole.length - 12, whole.length - 1];
    for (const at of places) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 16;
      for (const broken of [bytes, whole.subarray(0, at)]) {
        fs.writeFileSync(file, broken);
        await assert.rejects(
          loadStore(file),
          /RangeError: Expected an Arrow file as it was written/,
          `${at}`,
        );
      }
    }
  });

  it('leaves the store as it was when a shard is broken', async () => {
    const file = await merge();
    const before = fs.readFileSync(file);
    const [, second] = await shards();
    fs.truncateSync(second, 1000);
    await assert.rejects(
      mergeShards('two', [second], path.dirname(file)),
      /Expected to write .*blocks\.arrow.*Arrow file as it was written for .*b\.arrow/,
    );
    assert.ok(fs.readFileSync(file).equals(before));
    assert.deepEqual(fs.readdirSync(path.dirname(file)).sort(), ['blocks.arrow', 'skipped.csv']);
  });

  it('refuses an empty list of shards', async () => {
    await assert.rejects(mergeShards('none', [], folder()), /Expected at least 1 shard/);
  });
});
