import type { Code, Local, Scope, ValueType, WasmFunction } from '../assembler';
import {
  FOURFOLD,
  get,
  i32,
  increase,
  sequence,
  set,
  SINGLE,
  whileTrue,
  type Numbers,
} from '../instructions';

/** What a function does with each column of its matrices, or with four columns at a time. */
export interface ColumnFunction {
  readonly name: string;
  /** How many matrices it walks through, [rows, columns] without gaps. */
  readonly matrices: number;
  /** How many vectors it has, [columns]. */
  readonly vectors: number;
  /**
   * @param numbers arithmetic on the columns
   * @param matrices addresses of the current numbers
   * @param vectors addresses of the columns' own numbers
   * @param makeLocal makes a local for the columns' numbers
   */
  readonly steps: (
    numbers: Numbers,
    matrices: readonly Code[],
    vectors: readonly Code[],
    makeLocal: () => Local,
  ) => { readonly before: Code; readonly row: Code; readonly after: Code };
}

/**
 * Writes a function that goes down the columns: `name(matrix..., vector..., rows, columns)`. A caller that takes few
 * rows at a time finds them in the first cache for each column; sums then also lose few digits.
 */
export function columnFunction({ name, matrices, vectors, steps }: ColumnFunction): WasmFunction {
  return {
    name,
    parameters: new Array<ValueType>(matrices + vectors + 2).fill('i32'),
    body(parameters, scope) {
      const ofMatrices = parameters.slice(0, matrices);
      const ofVectors = parameters.slice(matrices, matrices + vectors);
      const [rows, columns] = parameters.slice(-2);
      const stride = scope.local('i32');
      const walk = (numbers: Numbers): Code =>
        walkColumn(numbers, { ofMatrices, ofVectors, rows, columns, stride, steps, scope });
      return sequence(
        set(stride, i32.shiftLeft(get(columns), i32.of(2))),
        whileTrue(i32.lessOrEqual(i32.of(4), get(columns)), walk(FOURFOLD)),
        whileTrue(i32.less(i32.of(0), get(columns)), walk(SINGLE)),
      );
    },
  };
}

function walkColumn(
  numbers: Numbers,
  walk: {
    readonly ofMatrices: readonly Local[];
    readonly ofVectors: readonly Local[];
    readonly rows: Local;
    readonly columns: Local;
    readonly stride: Local;
    readonly steps: ColumnFunction['steps'];
    readonly scope: Scope;
  },
): Code {
  const { ofMatrices, ofVectors, rows, columns, stride, scope } = walk;
  const left = scope.local('i32');
  const cursors = ofMatrices.map(() => scope.local('i32'));
  const { before, row, after } = walk.steps(numbers, cursors.map(get), ofVectors.map(get), () =>
    scope.local(numbers.type),
  );
  return sequence(
    before,
    ...cursors.map((cursor, i) => set(cursor, get(ofMatrices[i]))),
    set(left, get(rows)),
    whileTrue(
      i32.less(i32.of(0), get(left)),
      row,
      ...cursors.map((cursor) => increase(cursor, get(stride))),
      increase(left, i32.of(-1)),
    ),
    after,
    ...[...ofMatrices, ...ofVectors].map((pointer) => increase(pointer, i32.of(4 * numbers.width))),
    increase(columns, i32.of(-numbers.width)),
  );
}
