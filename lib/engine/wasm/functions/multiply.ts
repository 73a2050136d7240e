import type { Call, Code, Local, Scope, WasmFunction } from '../assembler';
import { f32, f32x4, get, i32, ifElse, increase, sequence, set, whileTrue } from '../instructions';

/** Rows of a tile: 4 x 8 results, their two vectors of B and one of A fit into the 16 registers of x86. */
export const TILE_ROWS = 4;
/** Columns of a tile, and so of a panel of packed B. */
export const TILE_COLUMNS = 8;
const VECTOR_BYTES = 16;
const PANEL_ROW_BYTES = 4 * TILE_COLUMNS;
const VECTORS = [0, 1] as const;

/** Adds a product to a sum; a fused instruction where the engine has one. */
export type MultiplyAdd = (a: Code, b: Code, sum: Code) => Code;

/** Multiplies, rounds, adds, rounds: what every engine with SIMD can do. */
export const separateMultiplyAdd: MultiplyAdd = (a, b, sum) => f32x4.add(sum, f32x4.mul(a, b));

/** Multiplies and adds with one rounding where the machine can (relaxed SIMD): a third faster, other last digits. */
export const fusedMultiplyAdd: MultiplyAdd = (a, b, sum) => f32x4.relaxedMultiplyAdd(a, b, sum);

/**
 * Writes the functions of a blocked matrix multiplication.
 *
 * `multiply(a, aStride, b, c, cStride, rows, depth, columns, accumulate, scratch)` computes C = A B, or C += A B
 * where accumulate is 1. Addresses and strides are in bytes. A's rows hold `depth` numbers side by side; B is
 * packed in panels of 8 columns, the last one filled up with anything; scratch holds one tile.
 * Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
 */
export function multiplyFunctions(multiplyAdd: MultiplyAdd): WasmFunction[] {
  const tiles = Array.from({ length: TILE_ROWS }, (_, i) => tileFunction(i + 1, multiplyAdd));
  return [...tiles, spillFunction, multiplyFunction];
}

/** Computes `rows` x 8 numbers of C, all of them in registers. */
function tileFunction(rows: number, multiplyAdd: MultiplyAdd): WasmFunction {
  return {
    name: `tile${rows}`,
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    body([a, aStride, b, c, cStride, depth, accumulate], scope) {
      const sums = Array.from({ length: rows }, () => VECTORS.map(() => scope.local('v128')));
      const pointers = [a, ...Array.from({ length: rows - 1 }, () => scope.local('i32'))];
      const end = scope.local('i32');
      return sequence(
        ...pointers.slice(1).map((row, i) => set(row, i32.add(get(pointers[i]), get(aStride)))),
        set(end, i32.add(get(a), i32.shiftLeft(get(depth), i32.of(2)))),
        whileTrue(
          i32.belowAddress(get(a), get(end)),
          multiplyOneDeep({ pointers, b, sums, multiplyAdd, scope }),
          ...pointers.map((row) => increase(row, i32.of(4))),
          increase(b, i32.of(PANEL_ROW_BYTES)),
        ),
        ifElse(
          get(accumulate),
          storeTile(sums, c, cStride, addToStored),
          storeTile(sums, c, cStride, replaceStored),
        ),
      );
    },
  };
}

function multiplyOneDeep(tile: {
  readonly pointers: readonly Local[];
  readonly b: Local;
  readonly sums: readonly (readonly Local[])[];
  readonly multiplyAdd: MultiplyAdd;
  readonly scope: Scope;
}): Code {
  const { pointers, b, sums, multiplyAdd, scope } = tile;
  const fromB = VECTORS.map(() => scope.local('v128'));
  const fromA = scope.local('v128');
  return sequence(
    ...VECTORS.map((v) => set(fromB[v], f32x4.load(get(b), v * VECTOR_BYTES))),
    ...pointers.flatMap((row, r) => [
      set(fromA, f32x4.loadSplat(get(row))),
      ...VECTORS.map((v) => set(sums[r][v], multiplyAdd(get(fromA), get(fromB[v]), get(sums[r][v])))),
    ]),
  );
}

type Store = (c: Local, offset: number, sum: Local) => Code;
const replaceStored: Store = (c, offset, sum) => f32x4.store(get(c), get(sum), offset);
const addToStored: Store = (c, offset, sum) =>
  f32x4.store(get(c), f32x4.add(f32x4.load(get(c), offset), get(sum)), offset);

function storeTile(sums: readonly (readonly Local[])[], c: Local, cStride: Local, store: Store): Code {
  // Each call moves c, so a function holds only one of them that runs.
  return sequence(
    ...sums.map((row) =>
      sequence(...VECTORS.map((v) => store(c, v * VECTOR_BYTES, row[v])), increase(c, get(cStride))),
    ),
  );
}

/** Copies or adds the first columns of a tile to where C has fewer than 8 left. */
const spillFunction: WasmFunction = {
  name: 'spill',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body([tile, c, cStride, rows, columns, accumulate], scope) {
    const [column, bytes] = [scope.local('i32'), scope.local('i32')];
    const source = i32.add(get(tile), get(column));
    const target = i32.add(get(c), get(column));
    return sequence(
      set(bytes, i32.shiftLeft(get(columns), i32.of(2))),
      whileTrue(
        i32.less(i32.of(0), get(rows)),
        set(column, i32.of(0)),
        whileTrue(
          i32.less(get(column), get(bytes)),
          ifElse(
            get(accumulate),
            f32.store(target, f32.add(f32.load(target), f32.load(source))),
            f32.store(target, f32.load(source)),
          ),
          increase(column, i32.of(4)),
        ),
        increase(tile, i32.of(PANEL_ROW_BYTES)),
        increase(c, get(cStride)),
        increase(rows, i32.of(-1)),
      ),
    );
  },
};

const multiplyFunction: WasmFunction = {
  name: 'multiply',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body([a, aStride, b, c, cStride, rows, depth, columns, accumulate, scratch], scope, call) {
    const [aTile, cTile, rowsLeft, count] = ['a', 'c', 'left', 'count'].map(() => scope.local('i32'));
    const whole = callTile(call, count, [get(aTile), get(aStride), get(b), get(cTile), get(cStride), get(depth), get(accumulate)]); // prettier-ignore
    const part = sequence(
      callTile(call, count, [get(aTile), get(aStride), get(b), get(scratch), i32.of(PANEL_ROW_BYTES), get(depth), i32.of(0)]), // prettier-ignore
      call('spill', get(scratch), get(cTile), get(cStride), get(count), get(columns), get(accumulate)),
    );
    return whileTrue(
      i32.less(i32.of(0), get(columns)),
      set(aTile, get(a)),
      set(cTile, get(c)),
      set(rowsLeft, get(rows)),
      whileTrue(
        i32.less(i32.of(0), get(rowsLeft)),
        set(count, i32.min(get(rowsLeft), i32.of(TILE_ROWS))),
        ifElse(i32.lessOrEqual(i32.of(TILE_COLUMNS), get(columns)), whole, part),
        increase(aTile, i32.shiftLeft(get(aStride), i32.of(2))),
        increase(cTile, i32.shiftLeft(get(cStride), i32.of(2))),
        increase(rowsLeft, i32.of(-TILE_ROWS)),
      ),
      increase(b, i32.mul(get(depth), i32.of(PANEL_ROW_BYTES))),
      increase(c, i32.of(PANEL_ROW_BYTES)),
      increase(columns, i32.of(-TILE_COLUMNS)),
    );
  },
};

/** Calls the tile function for a count of rows, from 4 down to 1. */
function callTile(call: Call, count: Local, parameters: readonly Code[]): Code {
  let code: Code = call('tile1', ...parameters);
  for (let rows = 2; rows <= TILE_ROWS; rows++) {
    code = ifElse(i32.equal(get(count), i32.of(rows)), call(`tile${rows}`, ...parameters), code);
  }
  return code;
}
