import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import { splitRecords } from '../../core/split';
import { labelByVotes, majorityWinner } from '../../core/votes';
import { startEngine } from '../../tensor/backend';
import { openDataset, preprocessDataset } from '../open-dataset';
import type { ScoredFace } from './real-faces-archive';

/** FER+ after preprocessing. */
export type RealFacesData = Awaited<ReturnType<typeof openRealFaces>>;

/**
 * Opens and preprocesses the FER+ in the directory `DATASET_DIR`; blocks are cached in data/cache.
 * @returns `sides`: positions in the block set of all images with a vote for one of the seven expressions; `chosenBy`:
 *   those of the validation images with a strict label, which choose the epoch and fit the temperature; `faces`: the
 *   scored images
 * @throws RangeError when `DATASET` is not fer-plus, or an image cannot be read
 */
export async function openRealFaces(
  { DATASET, DATASET_DIR }: Readonly<Record<string, string | undefined>>,
  onProgress?: (done: number, total: number) => void,
) {
  if (DATASET !== 'fer-plus' || !DATASET_DIR)
    throw new RangeError(
      `Expected DATASET=fer-plus and DATASET_DIR for the study of real faces but received ${DATASET ?? 'none'}`,
    );
  await startEngine();
  const dataset = await openDataset(DEFAULT_EXPERIMENT, { DATASET, DATASET_DIR, DATASET_LABELS: 'all' });
  const { blocks } = await preprocessDataset(dataset, DEFAULT_EXPERIMENT, onProgress, { wholeFace: true });
  const { records, skipped } = blocks;
  if (skipped.length > 0)
    throw new RangeError(
      `Expected every image to be read but received ${skipped.length} that were not: ${skipped[0].reason}`,
    );
  const sides = splitRecords(records, 'official', DEFAULT_EXPERIMENT.seed);
  const chosenBy = sides.validation.filter((face) => hasStrictLabel(records[face]));
  const imageOf = (record: FrameRecord) => path.join(dataset.directory, record.path);
  const hashOf = (face: number) => {
    const bytes = fs.readFileSync(imageOf(records[face]));
    return createHash('sha256').update(bytes).digest('hex');
  };
  const known = new Set(sides.train.map(hashOf));
  const faces: readonly ScoredFace[] = (['validation', 'test'] as const).flatMap((side) => [
    ...sides[side].map((face): ScoredFace => {
      const { path: name, votes } = records[face];
      return { path: name, side, votes: votes!, isDuplicate: known.has(hashOf(face)) };
    }),
    // Contempt without a vote for any of the seven: no model classifies it, and strict-8 counts it as wrong.
    ...(dataset.unlabelled ?? []).flatMap(({ path: name, side: own, votes }): ScoredFace[] =>
      own === side && votes && majorityWinner(votes) === 'contempt'
        ? [{ path: name, side, votes, isDuplicate: false }]
        : [],
    ),
  ]);
  return { dataset, imageOf, blocks, sides, chosenBy, faces };
}

/** Returns true if the strict label of an image is one of the seven expressions. */
export function hasStrictLabel({ votes }: FrameRecord): boolean {
  return labelByVotes(votes!, 'strict') !== undefined;
}
