import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { FrameRow } from '../../lib/faces/store/frame-rows';
import { encodeShard } from '../../lib/faces/store/store';
import { loadStore, mergeShards, streamStore } from '../../lib/faces/store/store-file';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { faceRow, missedRow } from '../support/blocks';

describe('a block store', () => {
  const folder = useTemporaryFolder();

  const shard = (key: string, rows: readonly FrameRow[]) => {
    writeFiles(folder(), { [`${key}.arrow`]: encodeShard(rows, { key }) });
    return { key, file: path.join(folder(), `${key}.arrow`) };
  };
  const shards = () => [
    shard('a', [faceRow(0), missedRow(1), faceRow(2)]),
    shard('b', [missedRow(3), faceRow(4)]),
  ];
  const store = (name = 'blocks.arrow') => path.join(folder(), 'store', name);

  it('has the rows of all shards in their order', async () => {
    await mergeShards(store(), shards(), { dataset: 'two' });
    const blocks = await loadStore(store());
    assert.deepEqual(
      blocks.records,
      [0, 2, 4].map((index) => faceRow(index).record),
    );
    assert.deepEqual(blocks.skipped, [missedRow(1), missedRow(3)]);
    assert.deepEqual([...blocks.eyes.filter((_, at) => at % 1024 === 0)], [0, 2, 4]);
    assert.deepEqual(blocks.landmarks.slice(272, 274), new Float32Array([4.5, 4.5]));
  });

  it('streams one batch for each shard', async () => {
    await mergeShards(store(), shards(), { dataset: 'two' });
    const faces: number[] = [];
    for await (const part of streamStore(store())) faces.push(part.records.length);
    assert.deepEqual(faces, [2, 1]);
  });

  it('has the same bytes when it is merged again, and leaves no temporary file', async () => {
    const first = await mergeShards(store(), shards(), { dataset: 'two' });
    const second = await mergeShards(store('again.arrow'), shards(), { dataset: 'two' });
    assert.equal(first.key, second.key);
    assert.ok(fs.readFileSync(store()).equals(fs.readFileSync(store('again.arrow'))));
    assert.deepEqual(fs.readdirSync(path.dirname(store())).sort(), ['again.arrow', 'blocks.arrow']);
  });

  it('refuses a file of which any byte was changed or cut off', async () => {
    await mergeShards(store(), shards(), { dataset: 'two' });
    const whole = fs.readFileSync(store());
    const random = [0, 1, 9, 40, whole.length >> 1, whole.length - 300, whole.length - 12, whole.length - 1];
    for (const at of random) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 16;
      fs.writeFileSync(store('broken.arrow'), bytes);
      await assert.rejects(
        loadStore(store('broken.arrow')),
        /Expected a block store as it was written/,
        `${at}`,
      );
      fs.writeFileSync(store('broken.arrow'), whole.subarray(0, at));
      await assert.rejects(
        loadStore(store('broken.arrow')),
        /Expected a block store as it was written/,
        `${at}`,
      );
    }
  });

  it('is left as it was when a shard is broken', async () => {
    await mergeShards(store(), shards(), { dataset: 'two' });
    const before = fs.readFileSync(store());
    const [, second] = shards();
    fs.truncateSync(second.file, 1000);
    await assert.rejects(
      mergeShards(store(), [second], { dataset: 'two' }),
      /Expected to write .*blocks\.arrow.*Arrow file as it was written/,
    );
    assert.ok(fs.readFileSync(store()).equals(before));
    assert.deepEqual(fs.readdirSync(path.dirname(store())), ['blocks.arrow']);
  });
});
