import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { CHARACTERS } from '../../lib/characters/characters';
import { planSample } from '../../lib/characters/plan-sample';
import {
  parseManifest,
  readManifest,
  readSample,
  toManifestText,
  writeSample,
} from '../../lib/characters/sample-files';

const SMALL = { clipsPerCell: 1, framesPerClip: 2, characters: [CHARACTERS[0]] };

describe('writing a sample', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sample-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it("draws FERG's layout, a header and a manifest, and reports its progress", async () => {
    const steps: number[] = [];
    const { reused } = await writeSample({ directory, ...SMALL, onProgress: (done) => steps.push(done) });
    assert.equal(reused, false);
    assert.deepEqual(
      steps,
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
    assert.deepEqual((await readdir(directory)).sort(), ['manifest.jsonl', 'mara', 'sample.json']);
    assert.deepEqual(
      (await readdir(join(directory, 'mara'))).sort(),
      EMOTIONS.map((emotion) => `mara_${emotion}`),
    );
    assert.deepEqual((await readdir(join(directory, 'mara/mara_joy'))).sort(), [
      'mara_joy_00_00.png',
      'mara_joy_00_01.png',
    ]);
    const header = JSON.parse(await readFile(join(directory, 'sample.json'), 'utf8')) as { note: string };
    assert.match(header.note, /^Synthetic/);
  });

  it('is read back as records with clip and frame, and with true landmarks', async () => {
    await writeSample({ directory, ...SMALL });
    const records = await readSample(directory);
    assert.equal(records.length, 14);
    assert.deepEqual(records[1], {
      path: 'mara/mara_anger/mara_anger_00_01.png',
      character: 'mara',
      emotion: 'anger',
      clip: 'mara_anger_00',
      frame: 1,
    });
    const manifest = await readManifest(directory);
    assert.equal(manifest[1].path, records[1].path);
    assert.equal(manifest[1].landmarks.length, 136);
  });

  it('leaves a complete sample as it is and says so', async () => {
    await writeSample({ directory, ...SMALL });
    const file = join(directory, 'mara/mara_joy/mara_joy_00_00.png');
    const { mtimeMs } = await stat(file);
    const again = await writeSample({ directory, ...SMALL });
    assert.equal(again.reused, true);
    assert.equal((await stat(file)).mtimeMs, mtimeMs);
  });

  it('completes an interrupted sample without drawing again what is there', async () => {
    const onProgress = (done: number) => {
      if (done === 5) throw new Error('interrupted');
    };
    await assert.rejects(writeSample({ directory, ...SMALL, onProgress }), /interrupted/);
    await assert.rejects(readSample(directory), /Expected a sample with manifest.jsonl/);
    const file = join(directory, 'mara/mara_anger/mara_anger_00_00.png');
    const { mtimeMs } = await stat(file);
    const summary = await writeSample({ directory, ...SMALL });
    assert.equal(summary.reused, false);
    assert.equal((await stat(file)).mtimeMs, mtimeMs);
    assert.equal((await readSample(directory)).length, 14);
  });

  it('replaces a sample of other settings, frames and all', async () => {
    await writeSample({ directory, ...SMALL });
    await writeSample({ directory, ...SMALL, characters: [CHARACTERS[1]], framesPerClip: 1 });
    assert.deepEqual((await readdir(directory)).sort(), ['manifest.jsonl', 'otto', 'sample.json']);
    assert.equal((await readSample(directory)).length, 7);
  });

  it('refuses a folder that holds something else, and touches nothing in it', async () => {
    await writeFile(join(directory, 'thesis.txt'), 'mine');
    await assert.rejects(
      writeSample({ directory, ...SMALL }),
      /Expected a new or empty folder or a sample's for directory but received .* with thesis.txt/,
    );
    assert.deepEqual(await readdir(directory), ['thesis.txt']);
  });

  it('says which count is out of range', async () => {
    await assert.rejects(
      writeSample({ directory, clipsPerCell: 0 }),
      /Expected an integer from 1 to 1000000 for clipsPerCell but received 0/,
    );
  });
});

const sample = planSample({ clipsPerCell: 1, framesPerClip: 2 }).slice(0, 5);

describe('the manifest', () => {
  it('has a line for each frame and comes back as it was written', () => {
    const text = toManifestText(sample);
    assert.equal(text.split('\n').length, 6);
    assert.equal(
      parseManifest(text)
        .map((entry) => `${JSON.stringify(entry)}\n`)
        .join(''),
      text,
    );
  });

  it('says path, clip, frame, intensity, action units and 68 landmarks with two decimals', () => {
    const [entry] = parseManifest(toManifestText(sample));
    assert.deepEqual([entry.path, entry.clip, entry.frame], [sample[0].path, sample[0].clip, 0]);
    assert.equal(entry.landmarks.length, 136);
    for (const value of entry.landmarks) assert.equal(value, Math.round(value * 100) / 100);
    assert.ok(entry.units.AU4! > 0.35);
    assert.ok(entry.intensity >= 0.35);
  });

  it('names the invalid line', () => {
    const text = toManifestText(sample);
    assert.throws(() => parseManifest(`${text}{"path":`), /Expected JSON for line 6 of manifest.jsonl/);
    assert.throws(
      () => parseManifest(text.replace('"emotion":"anger"', '"emotion":"envy"')),
      /Expected a frame with 68 landmarks for line 1 of manifest.jsonl/,
    );
  });
});
