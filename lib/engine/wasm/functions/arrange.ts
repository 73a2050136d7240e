import type { Code, Local, Scope, WasmFunction } from '../assembler';
import { copyBytes, f32, f32x4, get, i32, ifElse, increase, sequence, set, whileTrue } from '../instructions';
import { TILE_COLUMNS } from './multiply';

const PANEL_ROW_BYTES = 4 * TILE_COLUMNS;
const FOUR = [0, 1, 2, 3] as const;

/**
 * Copies rows: `copyRows(from, fromStride, to, toStride, bytes, rows)`, all strides in bytes.
 */
const copyRows: WasmFunction = {
  name: 'copyRows',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body: ([from, fromStride, to, toStride, bytes, rows]) =>
    whileTrue(
      i32.less(i32.of(0), get(rows)),
      copyBytes(get(to), get(from), get(bytes)),
      increase(from, get(fromStride)),
      increase(to, get(toStride)),
      increase(rows, i32.of(-1)),
    ),
};

/**
 * Transposes: `transpose(from, fromStride, to, toStride, rows, columns)`, rows and columns being those of the
 * source, strides in bytes.
 */
const transpose: WasmFunction = {
  name: 'transpose',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body([from, fromStride, to, toStride, rows, columns], scope) {
    const [source, target, left] = [scope.local('i32'), scope.local('i32'), scope.local('i32')];
    const band = (height: 1 | 4, square: Code, single: Code): Code =>
      sequence(
        set(source, get(from)),
        set(target, get(to)),
        set(left, get(columns)),
        whileTrue(i32.lessOrEqual(i32.of(4), get(left)), square, increase(left, i32.of(-4))),
        whileTrue(i32.less(i32.of(0), get(left)), single, increase(left, i32.of(-1))),
        increase(from, i32.mul(get(fromStride), i32.of(height))),
        increase(to, i32.of(4 * height)),
        increase(rows, i32.of(-height)),
      );
    const steps = { source, target, fromStride, toStride, scope };
    return sequence(
      whileTrue(i32.lessOrEqual(i32.of(4), get(rows)), band(4, transposeSquare(steps), moveColumn(steps, 4))),
      whileTrue(
        i32.less(i32.of(0), get(rows)),
        band(1, sequence(...FOUR.map(() => moveColumn(steps, 1))), moveColumn(steps, 1)),
      ),
    );
  },
};

interface TransposeLocals {
  readonly source: Local;
  readonly target: Local;
  readonly fromStride: Local;
  readonly toStride: Local;
  readonly scope: Scope;
}

/** Moves 4 x 4 numbers. */
function transposeSquare({ source, target, fromStride, toStride, scope }: TransposeLocals): Code {
  const rows = FOUR.map(() => scope.local('v128'));
  const pairs = FOUR.map(() => scope.local('v128'));
  const walk = (stride: Local, each: (address: Local, i: number) => Code) => {
    const address = scope.local('i32');
    const steps = FOUR.map((i) => sequence(each(address, i), i < 3 ? increase(address, get(stride)) : []));
    return { address, code: sequence(...steps) };
  };
  const load = walk(fromStride, (address, i) => set(rows[i], f32x4.load(get(address))));
  const store = walk(toStride, (address, i) => {
    const [a, b] = [get(pairs[i >> 1]), get(pairs[2 + (i >> 1)])];
    return f32x4.store(get(address), f32x4.shuffle(a, b, i % 2 ? [2, 3, 6, 7] : [0, 1, 4, 5]));
  });
  return sequence(
    set(load.address, get(source)),
    load.code,
    set(pairs[0], f32x4.shuffle(get(rows[0]), get(rows[1]), [0, 4, 1, 5])),
    set(pairs[1], f32x4.shuffle(get(rows[0]), get(rows[1]), [2, 6, 3, 7])),
    set(pairs[2], f32x4.shuffle(get(rows[2]), get(rows[3]), [0, 4, 1, 5])),
    set(pairs[3], f32x4.shuffle(get(rows[2]), get(rows[3]), [2, 6, 3, 7])),
    set(store.address, get(target)),
    store.code,
    increase(source, i32.of(16)),
    increase(target, i32.shiftLeft(get(toStride), i32.of(2))),
  );
}

/** Moves a column of 1 or 4 numbers into a row. */
function moveColumn({ source, target, fromStride, toStride, scope }: TransposeLocals, height: 1 | 4): Code {
  const address = scope.local('i32');
  const moves = FOUR.slice(0, height).map((i) =>
    sequence(f32.store(get(target), f32.load(get(address)), 4 * i), increase(address, get(fromStride))),
  );
  return sequence(
    set(address, get(source)),
    ...moves,
    increase(source, i32.of(4)),
    increase(target, get(toStride)),
  );
}

/**
 * Packs B, whose rows hold their numbers side by side, into panels of 8 columns:
 * `packRows(b, bStride, packed, depth, columns)`.
 */
const packRows: WasmFunction = {
  name: 'packRows',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
  body([b, bStride, packed, depth, columns], scope) {
    const [source, left] = [scope.local('i32'), scope.local('i32')];
    const [panelBytes, second] = [scope.local('i32'), scope.local('i32')];
    const move = (to: Local, from: number, offset: number) =>
      f32x4.store(get(to), f32x4.load(get(source), from + offset), offset);
    const packPanels = (panels: number, ...copyRow: Code[]) =>
      sequence(
        set(source, get(b)),
        set(left, get(depth)),
        set(second, i32.add(get(packed), get(panelBytes))),
        whileTrue(
          i32.less(i32.of(0), get(left)),
          ...copyRow,
          increase(source, get(bStride)),
          increase(packed, i32.of(PANEL_ROW_BYTES)),
          increase(second, i32.of(PANEL_ROW_BYTES)),
          increase(left, i32.of(-1)),
        ),
        panels === 2 ? set(packed, get(second)) : [],
        increase(b, i32.of(panels * PANEL_ROW_BYTES)),
        increase(columns, i32.of(-panels * TILE_COLUMNS)),
      );
    const one = [0, 16].map((offset) => move(packed, 0, offset));
    const two = [...one, ...[0, 16].map((offset) => move(second, PANEL_ROW_BYTES, offset))];
    return sequence(
      set(panelBytes, i32.mul(get(depth), i32.of(PANEL_ROW_BYTES))),
      // Two panels at a time read whole cache lines.
      whileTrue(i32.lessOrEqual(i32.of(2 * TILE_COLUMNS), get(columns)), packPanels(2, ...two)),
      whileTrue(i32.lessOrEqual(i32.of(TILE_COLUMNS), get(columns)), packPanels(1, ...one)),
      ifElse(
        i32.less(i32.of(0), get(columns)),
        packPanels(1, copyBytes(get(packed), get(source), i32.shiftLeft(get(columns), i32.of(2)))),
      ),
    );
  },
};

/**
 * Packs B, whose columns hold their numbers side by side, into panels of 8 columns:
 * `packColumns(b, columnStride, packed, depth, columns)`.
 */
const packColumns: WasmFunction = {
  name: 'packColumns',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
  body: ([b, columnStride, packed, depth, columns], _scope, call) =>
    whileTrue(
      i32.less(i32.of(0), get(columns)),
      call(
        'transpose',
        get(b),
        get(columnStride),
        get(packed),
        i32.of(PANEL_ROW_BYTES),
        i32.min(get(columns), i32.of(TILE_COLUMNS)),
        get(depth),
      ),
      increase(b, i32.mul(get(columnStride), i32.of(TILE_COLUMNS))),
      increase(packed, i32.mul(get(depth), i32.of(PANEL_ROW_BYTES))),
      increase(columns, i32.of(-TILE_COLUMNS)),
    ),
};

/** Functions that bring matrices into the order in which `multiply` reads them. */
export const ARRANGE_FUNCTIONS: readonly WasmFunction[] = [copyRows, transpose, packRows, packColumns];
