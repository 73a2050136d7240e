import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BLOCK_SIZE } from '../../lib/core/blocks';
import { projectRoot } from '../../lib/files/project';
import { createEnvironment } from '../../lib/setup/python';
import { loadStore, mergeShards } from '../../lib/faces/store/store';
import { timeLoad } from '../../bench/data-at-scale';
import { startEngine } from '../../lib/tensor/backend';
import { faceRow, missedRow, writeShard } from '../support/blocks';
import { useTemporaryFolder } from '../support/folder';

/** An environment of its own: nothing but this test needs pandas. */
const ENVIRONMENT = path.join(projectRoot(), '.venv-pandas');

/** The float of each byte. */
const FLOATS = Float32Array.from({ length: 256 }, (_, level) => level / 127.5);

describe('the block store in pandas and pyarrow', function () {
  this.timeout(300000);
  const folder = useTemporaryFolder();
  const python = path.join(ENVIRONMENT, 'bin', 'python');

  before(async () => {
    if (!fs.existsSync(python)) await createEnvironment(ENVIRONMENT);
    const requirements = path.join(projectRoot(), 'requirements', 'pandas.txt');
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements]);
  });

  it('is a table of typed columns, a row a frame and a record batch a shard', async () => {
    const rows = [[faceRow(0), missedRow(1)], [faceRow(2)]];
    const shards = [await writeShard(folder(), 'a', rows[0]), await writeShard(folder(), 'b', rows[1])];
    const file = await mergeShards('tést', shards, folder());
    const script = path.join(__dirname, 'read_store.py');
    const read = JSON.parse(execFileSync(python, [script, file], { encoding: 'utf8' })) as object;
    assert.deepEqual(read, {
      columns:
        'path character emotion clip frame kind reason detector score imageSize faceBox landmarks eyesBox mouthBox eyes mouth'.split(
          ' ',
        ),
      paths: ['ä/0.png', 'missed/1.png', 'ä/2.png'],
      emotions: ['joy', 'fear', 'joy'],
      kinds: [null, 'no-face', null],
      reasons: [null, 'Expected "a face", found\nnone', null],
      scores: [0.75, 0.75],
      eyes: ['uint8', [2, 32, 32], [0, 2]],
      landmarks: [
        [0.5, 0.5],
        [2.5, 2.5],
      ],
      boxes: [
        [0, 30, 21, 11],
        [2, 30, 21, 11],
      ],
      batches: [2, 1],
      dataset: 'tést',
    });
  });
});

describe('a block store of full size', () => {
  before(() => startEngine());
  const folder = useTemporaryFolder();
  const shard = (name: string, frames: number) =>
    writeShard(
      folder(),
      name,
      Array.from({ length: frames }, (_, index) => faceRow(index)),
    );

  // 1.2 s on two cores of 2024, as results/reference/scale.json tells. How fast a machine moves memory decides, so
  // the limit is in units of that: the same bytes made floats by a plain loop.
  it("loads FERG's 55,768 pairs into training tensors in at most four times the time of a plain loop over their bytes", async function () {
    this.timeout(60000);
    const [full, rest] = [await shard('full', 256), await shard('rest', 216)];
    const store = await mergeShards('FERG', [...Array.from({ length: 217 }, () => full), rest], folder());
    const faces = (await loadStore(store)).records.length;
    assert.equal(faces, 55_768);
    const seconds = await timeLoad(store);
    const least = Math.min(...Array.from({ length: 3 }, () => timeFloats(faces * 2 * BLOCK_SIZE ** 2)));
    assert.ok(seconds < 4 * least, `${seconds} s against ${least} s`);
  });
});

function timeFloats(count: number): number {
  const bytes = new Uint8Array(count).fill(1);
  const start = performance.now();
  const floats = new Float32Array(count);
  for (let at = 0; at < count; at++) floats[at] = FLOATS[bytes[at]];
  return (performance.now() - start) / 1000;
}
