import { EMOTIONS, emotionId } from '../../../lib/core/emotions';
import type { BlockCondition } from '../../../lib/study/block-conditions';
import type { FrameRecord } from '../../../lib/core/record';
import type { Evidence, EvidenceRun } from '../../../lib/study/evidence/evidence-archive';
import { buildSplits, type CharacterSet } from '../../../lib/study/evidence/splits';

/** Frames of a set: for each character and expression `clips` clips of `frames` frames. */
export function buildRecords(
  set: CharacterSet,
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

const made = Array.from({ length: 8 }, (_, index) => `g-${index}`);

/** Three of the six and eight generated characters. */
export const records = [
  ...buildRecords('six', ['a', 'b', 'c']),
  ...buildRecords('development', made, { clips: 1 }),
];

/** Their splits. */
export const splits = buildSplits(records, { train: 6, validation: 1 });

/** The splits that leave one of the three out. */
export const folds = ['character-a', 'character-b', 'character-c'] as const;

/** Tells odd rows, such as those that a test answers wrongly. */
export const isOdd = (row: number) => row % 2 === 1;

/** A run that is right but for the rows of the test side that `isWrong` says, and misses those that `isMissed` says. */
export function buildRun(
  model: string,
  split: string,
  options: {
    readonly isWrong?: (row: number) => boolean;
    readonly isMissed?: (row: number) => boolean;
    readonly condition?: BlockCondition;
  } = {},
): EvidenceRun {
  const { isWrong = () => false, isMissed = () => false, condition = 'correct' } = options;
  const answers = splits.get(split)!.test.map((position, row) => {
    const label = emotionId(records[position].emotion);
    return isMissed(row) ? '-' : String((label + Number(isWrong(row))) % EMOTIONS.length);
  });
  const job = { model, condition, split, seed: 1, epochs: 1, bestEpoch: 1 };
  return { ...job, answers: answers.join(''), probabilities: '', validation: '' };
}

/** Evidence of the three and the eight with some runs. */
export function buildEvidence(
  runs: Partial<Evidence['runs']>,
  rest: Partial<Pick<Evidence, 'attribution' | 'corruptions'>> = {},
): Evidence {
  const none = { protocols: [], ablation: [], attention: [], growth: [], unseen: [] };
  return { records, splits, runs: { ...none, ...runs }, attribution: [], corruptions: [], ...rest };
}
