import assert from 'node:assert/strict';
import { EMOTIONS } from '../../lib/core/emotions';
import { CHARACTERS } from '../../lib/characters/characters';
import { MIN_INTENSITY, planSample } from '../../lib/characters/plan-sample';
import { measureLandmarks } from '../../lib/characters/render';

const sample = planSample();

describe('planning a sample', () => {
  it('gives 1,680 frames by default: 10 clips of 4 frames for each of 42 cells', () => {
    assert.equal(sample.length, 1680);
    assert.equal(new Set(sample.map(({ path }) => path)).size, 1680);
    assert.equal(new Set(sample.map(({ clip }) => clip)).size, 420);
  });

  it("names files as FERG's folders do, with zero-padded clip and frame", () => {
    assert.equal(sample[0].path, 'mara/mara_anger/mara_anger_00_00.png');
    const { path, character, emotion, clip, frame } = sample[sample.length - 1];
    assert.equal(path, 'tariq/tariq_surprise/tariq_surprise_09_03.png');
    assert.deepEqual([character, emotion, clip, frame], ['tariq', 'surprise', 'tariq_surprise_09', 3]);
  });

  it('gives the same plan for the same seed and another for another one', () => {
    assert.deepEqual(planSample(), sample);
    assert.notDeepEqual(planSample({ seed: 1 })[0].view, sample[0].view);
  });

  it('plans a frame whatever else is in the sample', () => {
    const other = planSample({ clipsPerCell: 4, characters: [CHARACTERS[2], CHARACTERS[0]] });
    const here = sample.find(({ path }) => path === 'mara/mara_fear/mara_fear_03_02.png');
    const there = other.find(({ path }) => path === 'mara/mara_fear/mara_fear_03_02.png');
    assert.ok(here);
    assert.deepEqual(there, here);
  });

  it('shows at least 0.35 of the expression in every frame, and reaches 0.8 in every clip', () => {
    const peaks = new Map<string, number>();
    for (const { clip, view } of sample) {
      assert.ok(view.intensity >= MIN_INTENSITY && view.intensity <= 1);
      peaks.set(clip, Math.max(peaks.get(clip) ?? 0, view.intensity));
    }
    assert.ok(Math.min(...peaks.values()) > 0.8);
  });

  it('moves a neutral face only a little', () => {
    for (const { emotion, view } of sample)
      if (emotion === 'neutral') assert.ok(Math.max(...Object.values(view.expression.units)) <= 0.3);
  });

  it('gives exactly as many frames as are asked for, evenly over the cells', () => {
    const some = planSample({ frames: 500 });
    assert.equal(some.length, 500);
    const counts = CHARACTERS.flatMap(({ name }) =>
      EMOTIONS.map(
        (emotion) => some.filter((spec) => spec.character === name && spec.emotion === emotion).length,
      ),
    );
    assert.deepEqual([Math.min(...counts), Math.max(...counts)], [11, 12]);
  });

  it('plans as many frames as FERG has, with every path of its own', () => {
    const many = planSample({ frames: 55_768 });
    assert.equal(new Set(many.map(({ path }) => path)).size, 55_768);
  });

  it('makes neighbouring frames near-duplicates and different clips different', () => {
    const [steps, jumps]: [number[], number[]] = [[], []];
    for (let index = 1; index < sample.length; index += 7) {
      const distance = meanDistance(index - 1, index);
      if (sample[index].clip === sample[index - 1].clip) steps.push(distance);
      else jumps.push(distance);
    }
    assert.ok(Math.max(...steps) < 8, `a step of ${Math.max(...steps)} px`);
    assert.ok(mean(jumps) > 3 * mean(steps), `${mean(jumps)} px against ${mean(steps)} px`);
  });
});

function meanDistance(first: number, second: number): number {
  const [from, to] = [first, second].map((index) => measureLandmarks(sample[index].view));
  return mean(from.map((point, index) => Math.hypot(point.x - to[index].x, point.y - to[index].y)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
