import { get, set } from '../instructions';
import type { WasmFunction } from '../assembler';
import { columnFunction } from './columns';

/** Adds a matrix' rows to a vector: `addRows(x, to, rows, columns)`. */
const addRows = columnFunction({
  name: 'addRows',
  matrices: 1,
  vectors: 1,
  steps({ o, zero }, [x], [to], makeLocal) {
    const sum = makeLocal();
    return {
      before: set(sum, zero()),
      row: set(sum, o.add(get(sum), o.load(x))),
      after: o.store(to, o.add(o.load(to), get(sum))),
    };
  },
});

/** Functions that sum. */
export const REDUCE_FUNCTIONS: readonly WasmFunction[] = [addRows];
