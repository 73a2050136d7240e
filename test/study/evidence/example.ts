import { EMOTIONS } from '../../../lib/core/emotions';
import type { FrameRecord } from '../../../lib/core/record';
import type { EvidenceSet } from '../../../lib/study/evidence/data';

/** Frames of a set: for each character and expression `clips` clips of `frames` frames. */
export function buildRecords(
  set: EvidenceSet,
  characters: readonly string[],
  { clips = 3, frames = 2 } = {},
): FrameRecord[] {
  return characters.flatMap((character) =>
    EMOTIONS.flatMap((emotion) =>
      Array.from({ length: clips * frames }, (_, index) => {
        const clip = `${character}_${emotion}_${Math.floor(index / frames)}`;
        return {
          path: `${set}/${clip}_${index % frames}.png`,
          character,
          emotion,
          clip,
          frame: index % frames,
        };
      }),
    ),
  );
}

/** Tells a frame's set by its path. */
export const setOf = ({ path }: FrameRecord) => path.slice(0, path.indexOf('/')) as EvidenceSet;
