import type { BlockSet } from '../core/blocks';

const ARRAYS = [
  'eyes',
  'mouth',
  'landmarks',
  'eyesBoxes',
  'mouthBoxes',
  'imageSizes',
  'scores',
] as const satisfies readonly (keyof BlockSet)[];

/**
 * Joins block sets, those of shards say, in the order given.
 * @returns copies: none of the parts' arrays is shared
 */
export function concatBlocks(parts: readonly BlockSet[]): BlockSet {
  const joined = Object.fromEntries(
    ARRAYS.map((name) => [
      name,
      join(
        parts.map((part) => part[name]),
        name,
      ),
    ]),
  );
  return {
    ...(joined as unknown as Pick<BlockSet, (typeof ARRAYS)[number]>),
    records: parts.flatMap(({ records }) => records),
    missed: parts.flatMap(({ missed }) => missed),
  };
}

function join(arrays: readonly (Uint8Array | Float32Array)[], name: string): Uint8Array | Float32Array {
  const length = arrays.reduce((total, array) => total + array.length, 0);
  const joined = name === 'eyes' || name === 'mouth' ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
