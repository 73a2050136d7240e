import type { Code, Local, WasmFunction } from '../assembler';
import { f32x4, get, i32, i32x4, increase, sequence, set, whileTrue } from '../instructions';

const ROUNDS = 10;
/** Factors of the words 0 and 2, and what is added to the keys after each round. */
const FACTORS = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEPS = [0x9e3779b9, 0xbb67ae85] as const;
/** The bits of a random word that TensorFlow makes a number of. */
const FRACTION_BITS = 0x7fffff;

/**
 * Draws random words: `philox(to, groups, word0, word1, word2, word3, key0, key1)`. A group are 16 words: those of
 * four counters that follow each other in word0.
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x32-10.
 */
const philox: WasmFunction = {
  name: 'philox',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body([to, groups, word0, word1, word2, word3, key0, key1], scope) {
    const words = [0, 1, 2, 3].map(() => scope.local('v128'));
    const [low0, high0, low2, high2] = ['l0', 'h0', 'l2', 'h2'].map(() => scope.local('v128'));
    const [first, last] = [scope.local('v128'), scope.local('v128')];
    const keys = [scope.local('i32'), scope.local('i32')];
    const multiply = (word: Local, factor: number, low: Local, high: Local): Code => {
      const factors = i32x4.of([factor, factor, factor, factor]);
      return sequence(
        set(first, i32x4.multiplyFirst(get(word), factors)),
        set(last, i32x4.multiplyLast(get(word), factors)),
        set(low, f32x4.shuffle(get(first), get(last), [0, 2, 4, 6])),
        set(high, f32x4.shuffle(get(first), get(last), [1, 3, 5, 7])),
      );
    };
    const mix = (high: Local, word: Local, key: Local) =>
      i32x4.xor(i32x4.xor(get(high), get(word)), i32x4.splat(get(key)));
    const round = sequence(
      multiply(words[0], FACTORS[0], low0, high0),
      multiply(words[2], FACTORS[1], low2, high2),
      set(words[0], mix(high2, words[1], keys[0])),
      set(words[2], mix(high0, words[3], keys[1])),
      set(words[1], get(low2)),
      set(words[3], get(low0)),
      ...keys.map((key, i) => increase(key, i32.of(KEY_STEPS[i]))),
    );
    return whileTrue(
      i32.less(i32.of(0), get(groups)),
      set(words[0], i32x4.add(i32x4.splat(get(word0)), i32x4.of([0, 1, 2, 3]))),
      ...[word1, word2, word3].map((word, i) => set(words[i + 1], i32x4.splat(get(word)))),
      ...[key0, key1].map((key, i) => set(keys[i], get(key))),
      ...new Array<Code>(ROUNDS).fill(round),
      storeByCounter(to, words),
      increase(to, i32.of(64)),
      increase(word0, i32.of(4)),
      increase(groups, i32.of(-1)),
    );
  },
};

/** Stores the four words of each counter side by side. */
function storeByCounter(to: Local, [a, b, c, d]: readonly Local[]): Code {
  return sequence(
    ...[0, 1, 2, 3].map((i) => {
      const [ab, cd] = [f32x4.shuffle(get(a), get(b), [i, 4 + i, i, 4 + i]), f32x4.shuffle(get(c), get(d), [i, 4 + i, i, 4 + i])]; // prettier-ignore
      return f32x4.store(get(to), f32x4.shuffle(ab, cd, [0, 1, 4, 5]), 16 * i);
    }),
  );
}

/**
 * Makes a mask of random words and applies it: `dropOut(words, x, mask, y, count, threshold, factor)`, count being a
 * multiple of 4. The mask is 0 where a word's fraction, as an integer, is below the threshold, else the factor.
 */
const dropOut: WasmFunction = {
  name: 'dropOut',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32'],
  body([words, x, mask, y, count, threshold, factor], scope) {
    const value = scope.local('v128');
    const fraction = i32x4.and(f32x4.load(get(words)), i32x4.splat(i32.of(FRACTION_BITS)));
    const isKept = i32x4.greaterOrEqual(fraction, i32x4.splat(get(threshold)));
    return whileTrue(
      i32.less(i32.of(0), get(count)),
      set(value, f32x4.and(isKept, f32x4.splat(get(factor)))),
      f32x4.store(get(mask), get(value)),
      f32x4.store(get(y), f32x4.mul(get(value), f32x4.load(get(x)))),
      ...[words, x, mask, y].map((pointer) => increase(pointer, i32.of(16))),
      increase(count, i32.of(-4)),
    );
  },
};

/** Functions that draw random numbers. */
export const PHILOX_FUNCTIONS: readonly WasmFunction[] = [philox, dropOut];
