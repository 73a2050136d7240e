/**
 * Writes ascending positions as text: `0-3,7` for 0, 1, 2, 3, 7.
 * @param positions integers of 0 or more, ascending, each once
 */
export function packPositions(positions: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < positions.length; ) {
    let end = start;
    while (positions[end + 1] === positions[end] + 1) end += 1;
    parts.push(start === end ? `${positions[start]}` : `${positions[start]}-${positions[end]}`);
    start = end + 1;
  }
  return parts.join();
}

/**
 * Reads what {@link packPositions} wrote.
 * @throws RangeError when the text is no such list
 */
export function unpackPositions(text: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    const [first, last] = /^\d+(-\d+)?$/.test(part) ? part.split('-').map(Number) : [NaN, NaN];
    const length = (last ?? first) - first + 1;
    if (!(length > 0)) throw new RangeError(`Expected positions such as 0-3,7 for text but received ${part}`);
    return Array.from({ length }, (_, offset) => first + offset);
  });
}

/** Writes probabilities as base64 of 16 bits each: 4 digits, and small enough to be committed. */
export function packProbabilities(values: Float32Array): string {
  const packed = Uint16Array.from(values, (value) => Math.round(65535 * value));
  return Buffer.from(packed.buffer).toString('base64');
}

/** Reads what {@link packProbabilities} wrote. */
export function unpackProbabilities(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i) / 65535);
}
