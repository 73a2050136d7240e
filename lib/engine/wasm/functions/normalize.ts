import type { WasmFunction } from '../assembler';
import { get, sequence, set } from '../instructions';
import { columnFunction } from './columns';

/** Adds the squares of what a matrix' numbers differ from their mean: `addSquares(x, mean, to, rows, columns)`. */
const addSquares = columnFunction({
  name: 'addSquares',
  matrices: 1,
  vectors: 2,
  steps({ o, zero }, [x], [mean, to], makeLocal) {
    const [sum, center, difference] = [makeLocal(), makeLocal(), makeLocal()];
    return {
      before: sequence(set(sum, zero()), set(center, o.load(mean))),
      row: sequence(
        set(difference, o.sub(o.load(x), get(center))),
        set(sum, o.add(get(sum), o.mul(get(difference), get(difference)))),
      ),
      after: o.store(to, o.add(o.load(to), get(sum))),
    };
  },
});

/** y = relu((x - mean) factor + offset): `normalize(x, y, mean, factor, offset, rows, columns)`. */
const normalize = columnFunction({
  name: 'normalize',
  matrices: 2,
  vectors: 3,
  steps({ o, zero }, [x, y], vectors, makeLocal) {
    const [mean, factor, offset] = vectors.map(makeLocal);
    const shifted = o.mul(o.sub(o.load(x), get(mean)), get(factor));
    return {
      before: sequence(...[mean, factor, offset].map((local, i) => set(local, o.load(vectors[i])))),
      row: o.store(y, o.max(o.add(shifted, get(offset)), zero())),
      after: [],
    };
  },
});

/**
 * Adds up, of relu's inner gradient g, g itself and g (x - mean):
 * `addSlopes(dy, y, x, mean, sums, products, rows, columns)`.
 */
const addSlopes = columnFunction({
  name: 'addSlopes',
  matrices: 3,
  vectors: 3,
  steps({ o, zero }, [dy, y, x], [mean, sums, products], makeLocal) {
    const [sum, product, center, slope] = [makeLocal(), makeLocal(), makeLocal(), makeLocal()];
    return {
      before: sequence(set(sum, zero()), set(product, zero()), set(center, o.load(mean))),
      row: sequence(
        set(slope, o.whereAboveZero(o.load(dy), o.load(y))),
        set(sum, o.add(get(sum), get(slope))),
        set(product, o.add(get(product), o.mul(get(slope), o.sub(o.load(x), get(center))))),
      ),
      after: sequence(
        o.store(sums, o.add(o.load(sums), get(sum))),
        o.store(products, o.add(o.load(products), get(product))),
      ),
    };
  },
});

/**
 * dx = factor g - shift - tilt (x - mean), g being relu's inner gradient:
 * `normalizeGradient(dy, y, x, dx, mean, factor, shift, tilt, rows, columns)`.
 */
const normalizeGradient = columnFunction({
  name: 'normalizeGradient',
  matrices: 4,
  vectors: 4,
  steps({ o }, [dy, y, x, dx], vectors, makeLocal) {
    const [mean, factor, shift, tilt] = vectors.map(makeLocal);
    const slope = o.mul(get(factor), o.whereAboveZero(o.load(dy), o.load(y)));
    const tilted = o.mul(get(tilt), o.sub(o.load(x), get(mean)));
    return {
      before: sequence(...[mean, factor, shift, tilt].map((local, i) => set(local, o.load(vectors[i])))),
      row: o.store(dx, o.sub(o.sub(slope, get(shift)), tilted)),
      after: [],
    };
  },
});

/** Functions of batch normalisation followed by relu, forwards and backwards. */
export const NORMALIZE_FUNCTIONS: readonly WasmFunction[] = [
  addSquares,
  normalize,
  addSlopes,
  normalizeGradient,
];
