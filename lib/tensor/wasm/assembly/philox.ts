import { free, malloc } from './host';

/** Number of values that are masked at a time; their random words stay in the first-level cache. */
const BLOCK = 2048;
/** Number of words that are drawn at a time: four for each of four counters. */
const GROUP = 16;
/** The bits of a random word from which TensorFlow makes a number. */
const FRACTION_BITS = 0x7fffff;
const FRACTIONS = 0x800000;

/** State of a sequence: the two constant words of its counters, and its keys. */
let word2: i32 = 0;
let word3: i32 = 0;
let key0: i32 = 0;
let key1: i32 = 0;

/**
 * Draws the numbers of TensorFlow's StatelessRandomUniform, in [0, 1) and multiples of 2^-23.
 * @param to has room for a multiple of 16 numbers
 */
export function drawUniform(seed0: i32, seed1: i32, to: usize, count: i32): void {
  mixSeed(seed0, seed1, to);
  drawWords(to, count, 0);
  const end = to + (count << 2);
  for (; to < end; to += 4) store<f32>(to, f32(load<i32>(to) & FRACTION_BITS) / f32(FRACTIONS));
}

/** Draws a mask, 0 where {@link drawUniform} is below the rate and 1 / (1 - rate) elsewhere, and applies it. */
export function dropOut(seed: usize, x: usize, mask: usize, y: usize, count: i32, rate: f64): void {
  const words = malloc(4 * BLOCK);
  const threshold = i32(Math.ceil(rate * FRACTIONS));
  const factor = f32(1 / (1 - rate));
  mixSeed(load<i32>(seed), load<i32>(seed, 4), words);
  for (let start = 0; start < count; start += BLOCK) {
    const length = min(BLOCK, count - start);
    drawWords(words, length, start / 4);
    const bytes: usize = length << 2;
    let at: usize = 0;
    for (; at < (bytes & ~15); at += 16) {
      const fractions = v128.and(v128.load(words + at), i32x4.splat(FRACTION_BITS));
      const factors = v128.and(i32x4.ge_s(fractions, i32x4.splat(threshold)), f32x4.splat(factor));
      v128.store(mask + at, factors);
      v128.store(y + at, f32x4.mul(factors, v128.load(x + at)));
    }
    for (; at < bytes; at += 4) {
      const one: f32 = (load<i32>(words + at) & FRACTION_BITS) >= threshold ? factor : 0;
      store<f32>(mask + at, one);
      store<f32>(y + at, one * load<f32>(x + at));
    }
    x += bytes;
    mask += bytes;
    y += bytes;
  }
  free(words);
}

/** Sets the sequence's state from a seed. Source: TensorFlow's stateless_random_ops.cc. */
function mixSeed(seed0: i32, seed1: i32, room: usize): void {
  word2 = seed1;
  word3 = 0;
  key0 = 0x3ec8f720;
  key1 = 0x02461e29;
  drawWords(room, 1, seed0);
  key0 = load<i32>(room);
  key1 = load<i32>(room, 4);
  word2 = load<i32>(room, 8);
  word3 = load<i32>(room, 12);
}

/**
 * Draws random words; it may write up to 15 more.
 * @param first the first counter
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x32-10.
 */
function drawWords(to: usize, count: i32, first: i32): void {
  const factor0 = i32x4.splat(0xd2511f53);
  const factor2 = i32x4.splat(0xcd9e8d57);
  for (let drawn = 0; drawn < count; drawn += GROUP) {
    let a = i32x4.add(i32x4.splat(first + drawn / 4), i32x4(0, 1, 2, 3));
    let b = i32x4.splat(0);
    let c = i32x4.splat(word2);
    let d = i32x4.splat(word3);
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      // Each product of two words has two words, the lower one first.
      const a01 = i64x2.extmul_low_i32x4_u(a, factor0);
      const a23 = i64x2.extmul_high_i32x4_u(a, factor0);
      const c01 = i64x2.extmul_low_i32x4_u(c, factor2);
      const c23 = i64x2.extmul_high_i32x4_u(c, factor2);
      a = mix(v128.shuffle<i32>(c01, c23, 1, 3, 5, 7), b, k0);
      c = mix(v128.shuffle<i32>(a01, a23, 1, 3, 5, 7), d, k1);
      b = v128.shuffle<i32>(c01, c23, 0, 2, 4, 6);
      d = v128.shuffle<i32>(a01, a23, 0, 2, 4, 6);
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    storeByCounter(to + (drawn << 2), a, b, c, d);
  }
}

function mix(high: v128, word: v128, key: i32): v128 {
  return v128.xor(v128.xor(high, word), i32x4.splat(key));
}

/** Stores the four words of each counter side by side. */
function storeByCounter(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(ab01, cd01, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<i32>(ab01, cd01, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<i32>(ab23, cd23, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<i32>(ab23, cd23, 2, 3, 6, 7), 48);
}
