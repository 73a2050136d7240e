import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import { emotionId } from '../../../lib/core/emotions';
import type { FrameRecord } from '../../../lib/core/record';
import type { EvidenceArchive } from '../../../lib/study/evidence/archive';
import { averageBoxes, cutAtBoxes, thinOut, type CoverageRun } from '../../../lib/study/evidence/coverage';
import { summarizeCoverage } from '../../../lib/study/evidence/coverage-summary';
import { HARD_KINDS, writeHardImages } from '../../../lib/study/evidence/hard-images';
import { readGray } from '../../../lib/study/evidence/read-image';
import { buildFaceSet } from '../../model/face-example';
import { useTemporaryFolder } from '../../support/folder';
import { buildRecords } from './example';

describe('coverage', () => {
  const folder = useTemporaryFolder();
  const record: FrameRecord = { path: 'a/one.png', character: 'a', emotion: 'joy' };
  const imageOf = (one: FrameRecord) => path.join(folder(), path.basename(one.path));

  /** White on the left, black on the right, 100x80. */
  async function writeImage(): Promise<void> {
    const data = Buffer.from(Array.from({ length: 8000 }, (_, at) => (at % 100 < 50 ? 255 : 0)));
    const raw = { width: 100, height: 80, channels: 1 } as const;
    await sharp(data, { raw }).toColourspace('srgb').png().toFile(imageOf(record));
  }

  it('makes copies of the same size under the same path, each changed in its way', async () => {
    await writeImage();
    const before = await readGray(imageOf(record));
    for (const kind of HARD_KINDS) {
      const directory = path.join(folder(), kind);
      await writeHardImages([record], { kind, directory, imageOf });
      const { width, height, data } = await readGray(path.join(directory, record.path));
      assert.deepEqual([width, height], [100, 80], kind);
      assert.notDeepEqual(data, before.data, kind);
      if (kind === 'dark') assert.deepEqual([data[0], data[99]], [31, 0]);
      if (kind === 'covered')
        assert.deepEqual([data[40 * 100], data[40 * 100 + 99], data[0]], [119, 119, 255]);
    }
  });

  it('spreads the chosen frames evenly', () => {
    assert.deepEqual(thinOut([0, 1, 2, 3, 4, 5], 3), [0, 2, 4]);
    assert.deepEqual(thinOut([7, 8], 3), [7, 8]);
  });

  it('averages boxes as shares of their images, and cuts there without looking for a face', async () => {
    await writeImage();
    const set = { ...buildFaceSet(2), imageSizes: Float32Array.of(100, 400, 200, 400) };
    const boxes = {
      ...set,
      eyesBoxes: Float32Array.of(10, 40, 20, 40, 20, 80, 40, 40),
      mouthBoxes: Float32Array.of(60, 0, 40, 400, 120, 0, 80, 400),
    };
    const average = averageBoxes(boxes, [0, 1]);
    const near = (first: number, second: number) => Math.abs(first - second) < 1e-6;
    const { x, y, width, height } = average.eyes;
    assert.ok(near(x, 0.1) && near(y, 0.15) && near(width, 0.2) && near(height, 0.1));
    const cut = await cutAtBoxes([record], { boxes: average, imageOf });
    assert.ok(cut.eyes.length === 1024 && cut.eyes.every((level) => level === 255));
    assert.ok(cut.mouth.length === 1024 && cut.mouth.every((level) => level === 0));
  });

  it('tells accuracy of found faces, of all images, and with the fallback', () => {
    const records = buildRecords('six', ['a', 'b'], { clips: 1, frames: 2 });
    const frames = [...records.keys()];
    const right = frames.map((frame) => String(emotionId(records[frame].emotion)));
    // Of each character the first four are missed; the fallback names two of these.
    const isMissed = (frame: number) => frame % 14 < 4;
    const run: CoverageRun = {
      ...{
        model: 'compact',
        condition: 'correct',
        split: 'clips-1',
        seed: 1,
        epochs: 1,
        kind: 'dark',
        frames,
      },
      answers: right.map((label, frame) => (isMissed(frame) ? '-' : label)).join(''),
      fallback: right
        .map((label, frame) => (frame % 14 < 2 ? String((Number(label) + 1) % 7) : label))
        .join(''),
    };
    const archive = { records, coverage: [run] } as unknown as EvidenceArchive;
    const [{ images, found, ofFound, ofMissed, ofAll, withFallback, gain }] = summarizeCoverage(archive);
    assert.deepEqual([images, found, ofFound?.value, ofMissed?.value], [28, 20 / 28, 1, 0.5]);
    const near = (first: number, second: number) => Math.abs(first - second) < 1e-12;
    assert.ok(near(ofAll.value, 20 / 28) && near(withFallback.value, 24 / 28) && near(gain.value, 2 / 14));
  });
});
