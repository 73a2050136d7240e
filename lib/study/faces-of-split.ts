import type { BlockSet } from '../core/blocks';
import type { FrameRecord, SplitPart } from '../core/record';
import type { Split } from '../core/split';

/** One side of a split after preprocessing. */
export interface SideFaces {
  /** Positions in the block set, ascending. */
  readonly faces: readonly number[];
  /** Frames of this side in which no face was found. */
  readonly missed: number;
}

/** The sides of a split after preprocessing. */
export type SplitFaces = Readonly<Record<SplitPart, SideFaces>>;

/**
 * Finds the faces of each side of a split. The split is made of all frames, before any face is looked for, so that
 * the missed ones are counted on the side that they belong to.
 * @param split positions in `records`
 */
export function facesOfSplit(split: Split, records: readonly FrameRecord[], blocks: BlockSet): SplitFaces {
  const faceOf = new Map(blocks.records.map((record, face) => [record.path, face]));
  const side = (indices: readonly number[]): SideFaces => {
    const faces = indices.flatMap((index) => faceOf.get(records[index].path) ?? []);
    return { faces: faces.sort((first, second) => first - second), missed: indices.length - faces.length };
  };
  return { train: side(split.train), validation: side(split.validation), test: side(split.test) };
}
