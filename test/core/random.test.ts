import assert from 'node:assert/strict';
import { createRandom } from '../../lib/core/random';

describe('createRandom', () => {
  it('defect 8: gives the same sequence for the same keys, on every machine', () => {
    const random = createRandom(7, 'epoch', 3);
    assert.deepEqual(
      [random.next(), random.next(), random.next()],
      [0.2235313339624554, 0.9713676560204476, 0.16890188050456345],
    );
  });

  it('gives unrelated sequences when any key differs', () => {
    assert.notEqual(createRandom(7, 'epoch', 4).next(), createRandom(7, 'epoch', 3).next());
    assert.notEqual(createRandom(1, 23).next(), createRandom(12, 3).next());
  });

  it('draws uniformly: mean, variance and each tenth within five standard errors', () => {
    const random = createRandom('uniform');
    const draws = Array.from({ length: 100000 }, () => random.next());
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(1 / 12 / draws.length));
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = draws.filter((draw) => Math.floor(draw * 10) === tenth).length;
      assert.ok(Math.abs(count - 10000) < 5 * Math.sqrt(9000), `tenth ${tenth}: ${count}`);
    }
  });

  it('draws normal numbers of mean 0 and variance 1', () => {
    const random = createRandom('normal');
    const draws = Array.from({ length: 100000 }, () => random.normal());
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + draw * draw, 0) / draws.length;
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(draws.length));
    assert.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / draws.length));
  });

  it('shuffles without loss, each order as likely', () => {
    const random = createRandom('shuffle');
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 5 * Math.sqrt(1000 * (5 / 6)));
  });
});
