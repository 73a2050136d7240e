import { signed, unsigned, type Code, type Local } from './assembler';

const SIMD = 0xfd;
const SELECT = 0x1b;
const EMPTY_BLOCK = 0x40;
/** Alignment hints as powers of two; the engine accepts any address. */
const ALIGN_4 = 2;

/** Reads a local. */
export function get(local: Local): Code {
  return [0x20, ...unsigned(local.index)];
}

/** Writes a local. */
export function set(local: Local, value: Code): Code {
  return [...value, 0x21, ...unsigned(local.index)];
}

/** Adds a number to an i32 local. */
export function increase(local: Local, step: Code): Code {
  return set(local, i32.add(get(local), step));
}

/** Makes statements one. */
export function sequence(...statements: readonly Code[]): Code {
  return statements.flat();
}

/** Runs statements while a condition holds. */
export function whileTrue(condition: Code, ...statements: readonly Code[]): Code {
  const leave = [...condition, 0x45, 0x0d, 1]; // i32.eqz, br_if 1
  return [0x02, EMPTY_BLOCK, 0x03, EMPTY_BLOCK, ...leave, ...statements.flat(), 0x0c, 0, 0x0b, 0x0b];
}

/** Runs one of two statements. */
export function ifElse(condition: Code, then: Code, otherwise: Code = []): Code {
  return [...condition, 0x04, EMPTY_BLOCK, ...then, ...(otherwise.length ? [0x05, ...otherwise] : []), 0x0b];
}

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode];
const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [...a, ...opcode];
const simd = (code: number) => [SIMD, ...unsigned(code)];
const at = (offset: number) => [ALIGN_4, ...unsigned(offset)];

/** Integers and addresses in bytes. Comparisons are signed unless they are addresses': `belowAddress`. */
export const i32 = {
  of: (value: number): Code => [0x41, ...signed(value)],
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  shiftLeft: binary(0x74),
  less: binary(0x48),
  lessOrEqual: binary(0x4c),
  equal: binary(0x46),
  belowAddress: binary(0x49),
  min: (a: Code, b: Code): Code => [...a, ...b, ...i32.less(a, b), SELECT],
};

/** Copies bytes; the places may overlap. */
export function copyBytes(to: Code, from: Code, bytes: Code): Code {
  return [...to, ...from, ...bytes, 0xfc, 0x0a, 0x00, 0x00];
}

/** Single numbers. */
export const f32 = {
  of: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  load: (address: Code, offset = 0): Code => [...address, 0x2a, ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x38, ...at(offset)],
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  sqrt: unary(0x91),
  max: binary(0x97),
  /** Gives a where y is above 0, else 0. */
  whereAboveZero: (a: Code, y: Code): Code => [...a, ...f32.of(0), ...y, ...f32.of(0), 0x5e, SELECT],
};

/** Four numbers side by side. */
export const f32x4 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(offset)],
  /** Loads one number into all four places. */
  loadSplat: (address: Code, offset = 0): Code => [...address, ...simd(0x09), ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    ...at(offset),
  ],
  splat: unary(...simd(0x13)),
  add: binary(...simd(0xe4)),
  sub: binary(...simd(0xe5)),
  mul: binary(...simd(0xe6)),
  div: binary(...simd(0xe7)),
  /** Computes a * b + c, rounded once or twice as the machine likes; not every engine knows it. */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)],
  sqrt: unary(...simd(0xe3)),
  max: binary(...simd(0xe9)),
  /** Gives a's numbers where y's are above 0, else 0. */
  whereAboveZero: (a: Code, y: Code): Code => f32x4.and(a, f32x4.greater(y, f32x4.zero())),
  /** Gives all bits where equal, none elsewhere. */
  equal: binary(...simd(0x41)),
  greater: binary(...simd(0x44)),
  and: binary(...simd(0x4e)),
  /** Takes a's bits where b has none. */
  andNot: binary(...simd(0x4f)),
  /** Takes four of the eight numbers of a and b: 0-3 are a's, 4-7 b's. */
  shuffle: (a: Code, b: Code, places: readonly [number, number, number, number]): Code => {
    const bytes = places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte));
    return [...a, ...b, ...simd(0x0d), ...bytes];
  },
  zero: (): Code => [...simd(0x0c), ...new Array<number>(16).fill(0)],
};

/** Four integers side by side; loads, stores and shuffles are {@link f32x4}'s. */
export const i32x4 = {
  splat: unary(...simd(0x11)),
  add: binary(...simd(0xae)),
  and: f32x4.and,
  xor: binary(...simd(0x51)),
  greaterOrEqual: binary(...simd(0x3f)),
  of: (values: readonly [number, number, number, number]): Code => [
    ...simd(0x0c),
    ...new Uint8Array(Int32Array.from(values).buffer),
  ],
  /** Multiplies the first two integers, unsigned; each product takes two places, the lower half first. */
  multiplyFirst: binary(...simd(0xde)),
  /** Multiplies the last two integers. */
  multiplyLast: binary(...simd(0xdf)),
};

/** Arithmetic on one number or on four: what a loop over numbers is written in, once for both. */
export interface Numbers {
  readonly type: 'f32' | 'v128';
  readonly width: 1 | 4;
  readonly o: Pick<
    typeof f32x4,
    'load' | 'store' | 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'max' | 'whereAboveZero'
  >;
  /** Gives an f32 local's number in each place. */
  constant(value: Local): Code;
  zero(): Code;
}

/** One number at a time. */
export const SINGLE: Numbers = { type: 'f32', width: 1, o: f32, constant: get, zero: () => f32.of(0) };

/** Four numbers at a time. */
export const FOURFOLD: Numbers = {
  type: 'v128',
  width: 4,
  o: f32x4,
  constant: (value) => f32x4.splat(get(value)),
  zero: f32x4.zero,
};
