import type { Code, WasmFunction } from '../assembler';
import { f32, f32x4, get, i32, increase, sequence, set, whileTrue } from '../instructions';

/**
 * Adds a matrix' rows to a vector: `addRows(from, to, rows, columns)`.
 * A caller that takes few rows at a time finds them in the first cache for each column, and loses few digits.
 */
const addRows: WasmFunction = {
  name: 'addRows',
  parameters: ['i32', 'i32', 'i32', 'i32'],
  body([from, to, rows, columns], scope) {
    const [source, left, stride] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    const addColumn = (width: 1 | 4): Code => {
      const { load, store, add } = width === 4 ? f32x4 : f32;
      const sum = scope.local(width === 4 ? 'v128' : 'f32');
      return sequence(
        set(source, i32.add(get(from), get(stride))),
        set(sum, load(get(from))),
        set(left, i32.add(get(rows), i32.of(-1))),
        whileTrue(
          i32.less(i32.of(0), get(left)),
          set(sum, add(get(sum), load(get(source)))),
          increase(source, get(stride)),
          increase(left, i32.of(-1)),
        ),
        store(get(to), add(load(get(to)), get(sum))),
        increase(from, i32.of(4 * width)),
        increase(to, i32.of(4 * width)),
        increase(columns, i32.of(-width)),
      );
    };
    return sequence(
      set(stride, i32.shiftLeft(get(columns), i32.of(2))),
      whileTrue(i32.lessOrEqual(i32.of(4), get(columns)), addColumn(4)),
      whileTrue(i32.less(i32.of(0), get(columns)), addColumn(1)),
    );
  },
};

/** Functions that sum. */
export const REDUCE_FUNCTIONS: readonly WasmFunction[] = [addRows];
