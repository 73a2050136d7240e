import assert from 'node:assert/strict';
import { boxAt, boundingBox, clampBox, growBox, intersectionOverUnion } from '../../lib/core/geometry';

describe('boundingBox', () => {
  it('is the smallest box around the points', () => {
    const points = [
      { x: 3, y: 8 },
      { x: -1, y: 9.5 },
      { x: 2, y: 4 },
    ];
    assert.deepEqual(boundingBox(points), { x: -1, y: 4, width: 4, height: 5.5 });
  });

  it('refuses an empty list of points', () => {
    assert.throws(() => boundingBox([]), /Expected at least 1 point/);
  });
});

describe('growBox', () => {
  it('moves each side outwards', () => {
    assert.deepEqual(growBox({ x: 5, y: 6, width: 7, height: 8 }, 10), {
      x: -5,
      y: -4,
      width: 27,
      height: 28,
    });
  });
});

describe('clampBox', () => {
  it('covers every pixel that the box touches', () => {
    assert.deepEqual(clampBox({ x: 1.4, y: 2.6, width: 1, height: 1 }, 10, 10), {
      x: 1,
      y: 2,
      width: 2,
      height: 2,
    });
  });

  it('defect 6: cuts off what leaves the image on any side', () => {
    assert.deepEqual(clampBox({ x: -5, y: -7, width: 300, height: 20 }, 100, 50), {
      x: 0,
      y: 0,
      width: 100,
      height: 13,
    });
    assert.deepEqual(clampBox({ x: 90, y: 40, width: 30, height: 30 }, 100, 50), {
      x: 90,
      y: 40,
      width: 10,
      height: 10,
    });
  });

  for (const [title, box] of [
    ['left of the image', { x: -20, y: 0, width: 20, height: 5 }],
    ['below the image', { x: 0, y: 50, width: 5, height: 5 }],
    ['empty', { x: 5, y: 5, width: 0, height: 5 }],
    ['not a number', { x: NaN, y: 5, width: 5, height: 5 }],
  ] as const)
    it(`gives nothing for a box that is ${title}`, () => {
      assert.equal(clampBox(box, 100, 50), undefined);
    });
});

describe('intersectionOverUnion', () => {
  const box = { x: 0, y: 0, width: 4, height: 2 };

  it('is 1 for equal boxes, 0 for boxes apart or touching', () => {
    assert.equal(intersectionOverUnion(box, box), 1);
    assert.equal(intersectionOverUnion(box, { ...box, x: 9, y: 9 }), 0);
    assert.equal(intersectionOverUnion(box, { ...box, x: 4 }), 0);
  });

  it('is a third when half of each is shared', () => {
    assert.equal(intersectionOverUnion(box, { ...box, x: 2 }), 1 / 3);
  });

  it('is 0 for two empty boxes', () => {
    const empty = { x: 1, y: 1, width: 0, height: 0 };
    assert.equal(intersectionOverUnion(empty, empty), 0);
  });
});

describe('boxAt', () => {
  it('reads x, y, width and height of one box of many', () => {
    assert.deepEqual(boxAt(Float32Array.of(0, 0, 1, 1, 2, 3, 4, 5), 1), { x: 2, y: 3, width: 4, height: 5 });
  });
});
