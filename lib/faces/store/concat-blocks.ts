import type { BlockSet } from '../../core/blocks';
import type { FaceSet } from '../../core/face-set';

const ARRAYS = [
  'eyes',
  'mouth',
  'landmarks',
  'eyesBoxes',
  'mouthBoxes',
  'imageSizes',
  'scores',
] as const satisfies readonly (keyof BlockSet)[];

/** What sets with whole faces have beside. */
const FACE_ARRAYS = ['faces', 'faceBoxes'] as const satisfies readonly (keyof FaceSet)[];

const BYTES: readonly string[] = ['eyes', 'mouth', 'faces'];

/**
 * Joins block sets, those of shards say, in the order given.
 * @returns copies: none of the parts' arrays is shared; with whole faces where all parts that have a face have them
 */
export function concatBlocks(parts: readonly BlockSet[]): BlockSet {
  const filled = parts.filter(({ records }) => records.length > 0) as (BlockSet & Partial<FaceSet>)[];
  const hasFaces = filled.length > 0 && filled.every(({ faces }) => faces);
  const names = hasFaces ? [...ARRAYS, ...FACE_ARRAYS] : ARRAYS;
  const joined = names.map((name) => [
    name,
    join(
      filled.map((part) => part[name]!),
      name,
    ),
  ]);
  return {
    ...(Object.fromEntries(joined) as Pick<BlockSet, (typeof ARRAYS)[number]>),
    detectors: joinDetectors(filled),
    records: parts.flatMap(({ records }) => records),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

/** Gives the detectors where all parts tell them. */
function joinDetectors(parts: readonly BlockSet[]): readonly string[] | undefined {
  const known = parts.flatMap(({ detectors }) => (detectors ? [detectors] : []));
  return known.length === parts.length ? known.flat() : undefined;
}

function join(arrays: readonly (Uint8Array | Float32Array)[], name: string): Uint8Array | Float32Array {
  const length = arrays.reduce((total, array) => total + array.length, 0);
  const joined = BYTES.includes(name) ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
