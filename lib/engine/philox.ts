/**
 * Draws what TensorFlow's StatelessRandomUniform draws for the same seed, so that a dropout mask is the same on
 * every backend.
 * @param seed two integers, 0 to 2^31 - 1
 * @param count how many numbers
 * @returns uniform numbers in [0, 1), multiples of 2^-23
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", Philox4x32-10; the scrambling of
 * the seed as in TensorFlow's stateless_random_ops.cc.
 */
export function drawPhiloxUniform(seed: readonly [number, number], count: number): Float32Array {
  const mixed = new Uint32Array(4);
  philox(mixed, [seed[0], 0, seed[1], 0], 0x3ec8f720, 0x02461e29);
  const [key0, key1, counter2, counter3] = mixed;
  const words = new Uint32Array(4);
  const result = new Float32Array(count);
  const counter: Counter = [0, 0, counter2, counter3];
  for (let start = 0; start < count; start += 4) {
    counter[0] = start / 4;
    philox(words, counter, key0, key1);
    const end = Math.min(4, count - start);
    for (let i = 0; i < end; i++) result[start + i] = (words[i] & 0x7fffff) / 0x800000;
  }
  return result;
}

type Counter = [number, number, number, number];

function philox(result: Uint32Array, counter: Readonly<Counter>, key0: number, key1: number): void {
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high2 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low2 = Math.imul(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [high2 ^ c1 ^ key0, low2, high0 ^ c3 ^ key1, low0];
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  result[0] = c0;
  result[1] = c1;
  result[2] = c2;
  result[3] = c3;
}

/** The upper 32 bits of a product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536);
}
