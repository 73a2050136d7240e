import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { BLOCK_SIZE } from '../../lib/core/blocks';
import { projectRoot } from '../../lib/files/project';
import { createEnvironment } from '../../lib/setup/python';
import type { FrameRow } from '../../lib/faces/store/frame-rows';
import { encodeShard } from '../../lib/faces/store/store';
import { mergeShards } from '../../lib/faces/store/store-file';
import { timeLoad } from '../../bench/time-load';
import { startEngine } from '../../lib/tensor/backend';
import { faceRow, missedRow } from '../support/blocks';
import { useTemporaryFolder, writeFiles } from '../support/folder';

/** An environment of its own: nothing but this test needs pandas. */
const ENVIRONMENT = path.join(projectRoot(), '.venv-pandas');

/** The float of each byte. */
const FLOATS = Float32Array.from({ length: 256 }, (_, level) => level / 127.5);

describe('the block store in pandas and pyarrow', function () {
  this.timeout(300000);
  const folder = useTemporaryFolder();
  const python = path.join(ENVIRONMENT, 'bin', 'python');

  before(async () => {
    if (!fs.existsSync(python)) await createEnvironment('python3', ENVIRONMENT);
    const requirements = path.join(projectRoot(), 'requirements', 'pandas.txt');
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements]);
  });

  it('is a table of typed columns, a row a frame and a record batch a shard', async () => {
    const rows = [[faceRow(0), missedRow(1)], [faceRow(2)]];
    writeFiles(folder(), { a: encodeShard(rows[0], {}), b: encodeShard(rows[1], {}) });
    const file = path.join(folder(), 'blocks.arrow');
    const shards = ['a', 'b'].map((key) => ({ key, file: path.join(folder(), key) }));
    await mergeShards(file, shards, { dataset: 'tést' });
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
  const shard = (key: string, rows: readonly FrameRow[]) => {
    writeFiles(folder(), { [`${key}.arrow`]: encodeShard(rows, { key }) });
    return { key, file: path.join(folder(), `${key}.arrow`) };
  };
  const store = () => path.join(folder(), 'store', 'blocks.arrow');

  // 1.2 s on two cores of 2024, as results/reference/scale.json tells. How fast a machine moves memory decides, so
  // the limit is in units of that: the same bytes made floats by a plain loop.
  it("loads FERG's 55,768 pairs into training tensors in four times what making their bytes floats takes", async function () {
    this.timeout(60000);
    const full = shard(
      'full',
      Array.from({ length: 256 }, (_, index) => faceRow(index)),
    );
    const rest = shard(
      'rest',
      Array.from({ length: 216 }, (_, index) => faceRow(index)),
    );
    await mergeShards(store(), [...Array.from({ length: 217 }, () => full), rest], { dataset: 'FERG' });
    const { seconds, faces } = await timeLoad(store());
    assert.equal(faces, 55_768);
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
