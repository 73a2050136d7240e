import type { BlockSet } from '../core/blocks';
import { mapParts, type FrameRecord, type SplitPart } from '../core/record';
import type { Split } from '../core/split';

/**
 * The training, validation and test set of a split after preprocessing: the found faces, as ascending positions in the
 * block set, and the number of frames without one.
 */
export type SplitFaces = Readonly<
  Record<SplitPart, { readonly faces: readonly number[]; readonly missed: number }>
>;

/**
 * Finds the faces of each set of a split. The split is computed from all frames, before detection, so that each missed
 * face is counted in the set of its frame.
 * @param split positions in `records`
 */
export function facesOfSplit(split: Split, records: readonly FrameRecord[], blocks: BlockSet): SplitFaces {
  const faceOf = new Map(blocks.records.map((record, face) => [record.path, face]));
  const side = (indices: readonly number[]) => {
    const faces = indices.flatMap((index) => faceOf.get(records[index].path) ?? []);
    return { faces: faces.sort((first, second) => first - second), missed: indices.length - faces.length };
  };
  return mapParts(split, side);
}
