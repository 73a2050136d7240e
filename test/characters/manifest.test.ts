import assert from 'node:assert/strict';
import { parseManifest, toManifestEntry, toManifestText } from '../../lib/characters/manifest';
import { planSample } from '../../lib/characters/plan-sample';

const sample = planSample({ clipsPerCell: 1, framesPerClip: 2 }).slice(0, 5);

describe('the manifest', () => {
  it('has a line for each frame and comes back as it was written', () => {
    const text = toManifestText(sample);
    assert.equal(text.split('\n').length, 6);
    assert.deepEqual(parseManifest(text), sample.map(toManifestEntry));
  });

  it('says path, clip, frame, intensity, action units and 68 landmarks with two decimals', () => {
    const entry = toManifestEntry(sample[0]);
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
