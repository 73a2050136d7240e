/** A seeded source of random numbers. The same seed gives the same sequence on every machine. */
export interface Random {
  /** Draws a uniform number in [0, 1) with 32 random bits. */
  next(): number;
  /** Draws a uniform integer in [0, `limit`). */
  integer(limit: number): number;
  /** Draws a uniform number in [`low`, `high`). */
  uniform(low: number, high: number): number;
  /** Draws from the normal distribution of mean 0 and standard deviation 1 (Box-Muller). */
  normal(): number;
  /** Picks one element with uniform probability. */
  pick<T>(items: readonly T[]): T;
  /** Returns a shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * Creates a seeded random source. The keys are hashed together. Different keys, such as `createRandom(7, 'epoch', 3)`
 * and `createRandom(7, 'epoch', 4)`, give independent streams, whatever was drawn from other sources.
 * @param keys the seed, then the stream's name: numbers and strings
 * Source: hash after xmur3, generator sfc32 (Chris Doty-Humphrey, PractRand).
 */
export function createRandom(...keys: readonly (number | string)[]): Random {
  const next = sfc32(...seedWords(keys.join('\u0000')));
  return {
    next,
    integer: (limit) => Math.floor(next() * limit),
    uniform: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[Math.floor(next() * items.length)],
    shuffle: (items) => shuffle(items, next),
  };
}

function shuffle<T>(items: readonly T[], next: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

function seedWords(text: string): [number, number, number, number] {
  let hash = 1779033703 ^ text.length;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 3432918353);
    hash = (hash << 13) | (hash >>> 19);
  }
  const word = () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
    return (hash ^= hash >>> 16) >>> 0;
  };
  return [word(), word(), word(), word()];
}

function sfc32(first: number, second: number, third: number, counter: number): () => number {
  let [a, b, c, d] = [first | 0, second | 0, third | 0, counter | 0];
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) next();
  return next;
}
