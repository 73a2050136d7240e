import { BLOCK_CONDITIONS } from '../block-conditions';
import { nameJob, type EvidenceJob, type Study } from './evidence-archive';
import { splitsOf, type EvidenceSplits } from './splits';

/**
 * The full size of all studies, and a small one for tests of the code. All choices between models were made on
 * `development`; `final` is tested once, after all choices.
 */
export const EVIDENCE_SIZES = {
  full: {
    name: 'full',
    /** The sample of the other commands. */
    six: undefined,
    development: { seed: 11, count: 128, clipsPerCell: 2, framesPerClip: 2 },
    final: { seed: 2029, count: 24, clipsPerCell: 2, framesPerClip: 3 },
    /** Numbers of development characters in training and validation set. */
    shares: { train: 100, validation: 8 },
    /** By model. `tergatCharacters`: TerGat with one character left out; `augmented`: models with data augmentation. */
    epochs: { tergat: 6, tergatCharacters: 6, compact: 8, landmarks: 40, boxes: 60, augmented: 12 },
    /** Maximum number of images for each corruption; detection is slow when the face is missed. */
    corruptedImages: 77,
  },
  small: {
    name: 'small',
    six: { clipsPerCell: 3, framesPerClip: 2 },
    development: { seed: 11, count: 12, clipsPerCell: 1, framesPerClip: 1 },
    final: { seed: 2029, count: 3, clipsPerCell: 1, framesPerClip: 1 },
    shares: { train: 6, validation: 3 },
    epochs: { tergat: 2, tergatCharacters: 1, compact: 3, landmarks: 5, boxes: 5, augmented: 3 },
    corruptedImages: 14,
  },
};

/** Numbers of images and epochs of all studies. */
export type EvidenceSize = (typeof EVIDENCE_SIZES)['full' | 'small'];

/** The split whose mean maps are stored and drawn. */
export const MAPPED_SPLIT = 'clips-1';

/**
 * Plans the jobs of each study, of attribution and of the corrupted images. TerGat, which is slow, is trained on the first
 * split by frames and the first by clips only, and once for each left-out character.
 * @returns `kept`: names of the jobs whose trained network is needed again
 */
export function planJobs(splits: EvidenceSplits, epochs: EvidenceSize['epochs']) {
  const folds = splitsOf(splits, 'characters').map(({ id }) => id);
  const all: string[] = ['frames-1', 'frames-2', 'clips-1', 'clips-2', ...folds];
  const largestFirst = splitsOf(splits, 'growth').reverse();
  const studies: Record<Study, EvidenceJob[]> = {
    protocols: [
      ...['majority', 'nearest', 'faceapi'].flatMap((model) => jobsOn(all, model, 0)),
      ...jobsOn(all, 'landmarks', epochs.landmarks),
      ...jobsOn(all, 'compact', epochs.compact),
      ...jobsOn(folds, 'compact', epochs.compact, { seed: 2 }),
      ...jobsOn(['frames-1', 'clips-1'], 'tergat', epochs.tergat),
      ...jobsOn(folds, 'tergat', epochs.tergatCharacters),
    ],
    ablation: [
      ...BLOCK_CONDITIONS.flatMap((condition) =>
        jobsOn(['frames-1'], 'compact', epochs.compact, { condition }),
      ),
      ...jobsOn(folds, 'compact', epochs.compact),
      ...jobsOn(['frames-1', ...folds], 'boxes', epochs.boxes),
      ...jobsOn(['frames-1', ...folds], 'landmarks', epochs.landmarks),
      ...jobsOn(['frames-1'], 'tergat', epochs.tergat, { condition: 'last-image' }),
    ],
    attention: ['compact', 'soft', 'blocksAndFace', 'learned', 'face'].flatMap((model) =>
      jobsOn(['frames-1', 'clips-1', ...folds], model, epochs.compact, {
        condition: model === 'compact' ? 'correct' : 'with-face',
      }),
    ),
    growth: largestFirst.flatMap(({ id, trainingCharacters }, position) => [
      ...(position === 0 ? jobsOn([id], 'combined', epochs.augmented) : []),
      // Fewer characters give fewer steps an epoch, so they get more epochs, at most three times as many.
      ...jobsOn([id], 'augmented', Math.round(epochs.augmented * Math.min(3, 100 / trainingCharacters!))),
      ...jobsOn([id], 'landmarks', epochs.landmarks),
    ]),
    unseen: [
      ...jobsOn(['final-original'], 'tergat', epochs.tergat),
      ...jobsOn(['final'], 'shipped', 0),
      ...jobsOn(['final'], 'faceapi', 0),
    ],
  };
  const attribution = [
    ...jobsOn([MAPPED_SPLIT, ...folds], 'compact', epochs.compact),
    ...jobsOn([MAPPED_SPLIT], 'tergat', epochs.tergat),
    ...jobsOn([MAPPED_SPLIT], 'learned', epochs.compact, { condition: 'with-face' }),
  ];
  // TerGat of the first split by frames is tested on the final characters.
  const again = jobsOn(['frames-1', 'final-original'], 'tergat', epochs.tergat);
  const kept = new Set([...attribution, ...again].map(nameJob));
  return { studies, attribution, corruptions: attribution[0], kept };
}

function jobsOn(
  splits: readonly string[],
  model: string,
  epochs: number,
  { condition = 'correct', seed = 1 }: Partial<EvidenceJob> = {},
): EvidenceJob[] {
  return splits.map((split) => ({ model, condition, split, seed, epochs }));
}
