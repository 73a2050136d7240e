import assert from 'node:assert/strict';
import { boundingBox, type Point } from '../../lib/core/geometry';
import { CHARACTERS } from '../../lib/characters/characters';
import { mapActionUnits, type SomeActionUnits } from '../../lib/characters/expressions';
import { generateCharacter } from '../../lib/characters/generate-character';
import { planSample } from '../../lib/characters/plan-sample';
import { measureLandmarks } from '../../lib/characters/render';

const AHEAD = { yaw: 0, pitch: 0, roll: 0, scale: 1, x: 128, y: 128 };

function place(some: SomeActionUnits, pose: Partial<typeof AHEAD> = {}): Point[] {
  const units = mapActionUnits((unit) => some[unit] ?? 0);
  return measureLandmarks({
    look: CHARACTERS[0],
    expression: { units, asymmetry: 0, gaze: { x: 0, y: 0 } },
    pose: { ...AHEAD, ...pose },
    light: { x: 0, y: -1, strength: 0.5, exposure: 0 },
  });
}

describe('true landmarks', () => {
  const rest = place({});

  it("are 68 in iBUG's order: jaw, brows, nose, eyes, lips, from the image's left", () => {
    assert.equal(rest.length, 68);
    const rising = (...indices: number[]) =>
      indices.every((index, step) => step === 0 || rest[index].x > rest[indices[step - 1]].x);
    assert.ok(rising(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
    assert.ok(rising(17, 18, 19, 20, 21, 22, 23, 24, 25, 26));
    assert.ok(rising(31, 32, 33, 34, 35) && rising(36, 37, 38, 39, 42, 43, 44, 45));
    assert.ok(rising(36, 41, 40, 39) && rising(42, 47, 46, 45));
    assert.ok(rising(48, 49, 50, 51, 52, 53, 54) && rising(48, 59, 58, 57, 56, 55, 54));
    assert.ok(rising(60, 61, 62, 63, 64) && rising(60, 67, 66, 65, 64));
    assert.ok(rest[27].y < rest[28].y && rest[29].y < rest[30].y && rest[30].y < rest[33].y);
  });

  it('are symmetric in a neutral face seen from the front', () => {
    for (const [left, right] of [
      [0, 16],
      [17, 26],
      [36, 45],
      [41, 46],
      [48, 54],
      [60, 64],
    ]) {
      assert.ok(Math.abs(rest[left].x + rest[right].x - 256) < 1e-9);
      assert.ok(Math.abs(rest[left].y - rest[right].y) < 1e-9);
    }
  });

  it('follow the units: corners up in a smile, brows up in surprise, jaw down when it drops', () => {
    assert.ok(place({ AU12: 1 })[48].y < rest[48].y - 5);
    assert.ok(place({ AU12: 1 })[48].x < rest[48].x - 3);
    assert.ok(place({ AU15: 1 })[54].y > rest[54].y + 4);
    assert.ok(place({ AU2: 1 })[25].y < rest[25].y - 4);
    assert.ok(place({ AU4: 1 })[21].y > rest[21].y + 4);
    assert.ok(place({ AU26: 1, AU25: 1 })[8].y > rest[8].y + 8);
    assert.ok(place({ AU43: 1 })[37].y > rest[37].y + 4);
  });

  it('turn with the head: nearer points move more, and a tilt turns all', () => {
    const turned = place({}, { yaw: 15 });
    assert.ok(turned[30].x - rest[30].x > turned[8].x - rest[8].x);
    assert.ok(turned[45].x - turned[42].x < turned[39].x - turned[36].x);
    assert.ok(place({}, { roll: 10 })[45].y > place({}, { roll: 10 })[36].y);
    assert.ok(place({}, { pitch: 10 })[30].y < rest[30].y);
  });

  it('lie in the image and in anatomical order in every planned frame, of made-up characters too', () => {
    const made = Array.from({ length: 24 }, (_, index) => generateCharacter(7, index));
    const settings = { characters: [...CHARACTERS, ...made], clipsPerCell: 2 };
    for (const spec of planSample(settings)) {
      const points = measureLandmarks(spec.view);
      const box = boundingBox(points);
      assert.ok(box.x > 0 && box.y > 0 && box.x + box.width < 256 && box.y + box.height < 256, spec.path);
      const [brows, eyes, mouth] = [points.slice(17, 27), points.slice(36, 48), points.slice(48)].map(
        boundingBox,
      );
      assert.ok(brows.y < eyes.y && eyes.y + eyes.height < mouth.y, spec.path);
      const jaw = boundingBox(points.slice(2, 15));
      assert.ok(mouth.x > jaw.x && mouth.x + mouth.width < jaw.x + jaw.width, spec.path);
      assert.ok(mouth.y + mouth.height < jaw.y + jaw.height, spec.path);
    }
  });
});
