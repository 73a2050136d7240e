import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import { BLOCK_CONDITIONS } from '../block-conditions';
import { nameJob, type EvidenceJob, type Study } from './archive';
import { CHARACTER_SETS, splitsOf } from './splits';
import type { CharacterSet, EvidenceSplits, SplitId } from './splits';

/**
 * The full size of all studies, and a small one for tests of the code. All choices between models were made on
 * `development`; `final` is tested once, after all choices.
 */
export const EVIDENCE_SIZES = {
  full: {
    name: 'full',
    six: {
      clipsPerCell: DEFAULT_EXPERIMENT.clipsPerCell,
      framesPerClip: DEFAULT_EXPERIMENT.framesPerClip,
    },
    development: { seed: 11, characters: 128, clipsPerCell: 2, framesPerClip: 2 },
    final: { seed: 2029, characters: 24, clipsPerCell: 2, framesPerClip: 3 },
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
    development: { seed: 11, characters: 12, clipsPerCell: 1, framesPerClip: 1 },
    final: { seed: 2029, characters: 3, clipsPerCell: 1, framesPerClip: 1 },
    shares: { train: 6, validation: 3 },
    epochs: { tergat: 2, tergatCharacters: 1, compact: 3, landmarks: 5, boxes: 5, augmented: 3 },
    corruptedImages: 14,
  },
};

/** Numbers of images and epochs of all studies. */
export type EvidenceSize = (typeof EVIDENCE_SIZES)['full'];

type Epochs = EvidenceSize['epochs'];

/** The split whose mean maps are stored and drawn. */
export const MAPPED_SPLIT = 'clips-1';

/** Lists the jobs of each study. */
export const PLANS: Readonly<Record<Study, (splits: EvidenceSplits, epochs: Epochs) => EvidenceJob[]>> = {
  protocols: planProtocols,
  ablation: planAblation,
  attention: planAttention,
  growth: planGrowth,
  unseen: (_, { tergat }) => [
    ...jobsOn(['final-original'], 'tergat', tergat),
    ...jobsOn(['final'], 'shipped', 0),
    ...jobsOn(['final'], 'faceapi', 0),
  ],
};

/** Lists the sets of characters that studies need. */
export function setsOf(studies: readonly Study[]): readonly CharacterSet[] {
  return CHARACTER_SETS.slice(0, studies.includes('unseen') ? 3 : studies.includes('growth') ? 2 : 1);
}

/**
 * Plans all models on two splits by frames, two by clips and one per left-out character. TerGat, which is slow, has only
 * the first split by frames and the first by clips; the compact network has two seeds for each left-out character.
 */
function planProtocols(splits: EvidenceSplits, epochs: Epochs): EvidenceJob[] {
  const folds = foldsOf(splits);
  const all: SplitId[] = ['frames-1', 'frames-2', 'clips-1', 'clips-2', ...folds];
  return [
    ...['majority', 'nearest', 'faceapi'].flatMap((model) => jobsOn(all, model, 0)),
    ...jobsOn(all, 'landmarks', epochs.landmarks),
    ...jobsOn(all, 'compact', epochs.compact),
    ...jobsOn(folds, 'compact', epochs.compact, { seed: 2 }),
    ...jobsOn(['frames-1', 'clips-1'], 'tergat', epochs.tergat),
    ...jobsOn(folds, 'tergat', epochs.tergatCharacters),
  ];
}

function planAblation(splits: EvidenceSplits, epochs: Epochs): EvidenceJob[] {
  const folds = foldsOf(splits);
  return [
    ...BLOCK_CONDITIONS.flatMap((condition) =>
      jobsOn(['frames-1'], 'compact', epochs.compact, { condition }),
    ),
    ...jobsOn(folds, 'compact', epochs.compact),
    ...jobsOn(['frames-1', ...folds], 'boxes', epochs.boxes),
    ...jobsOn(['frames-1', ...folds], 'landmarks', epochs.landmarks),
    ...jobsOn(['frames-1'], 'tergat', epochs.tergat, { condition: 'last-image' }),
  ];
}

function planAttention(splits: EvidenceSplits, { compact: epochs }: Epochs): EvidenceJob[] {
  const tested: SplitId[] = ['frames-1', 'clips-1', ...foldsOf(splits)];
  return ['compact', 'soft', 'blocksAndFace', 'learned', 'face'].flatMap((model) =>
    jobsOn(tested, model, epochs, { condition: model === 'compact' ? 'correct' : 'with-face' }),
  );
}

function planGrowth(splits: EvidenceSplits, epochs: Epochs): EvidenceJob[] {
  const largestFirst = splitsOf(splits, 'growth').reverse();
  // Fewer characters give fewer steps an epoch, so they get more epochs, at most three times as many.
  const scaled = (count: number) => Math.round(epochs.augmented * Math.min(3, 100 / count));
  return [
    ...jobsOn([largestFirst[0].id], 'combined', epochs.augmented),
    ...largestFirst.flatMap(({ id, trainingCharacters }) => [
      ...jobsOn([id], 'augmented', scaled(trainingCharacters!)),
      ...jobsOn([id], 'landmarks', epochs.landmarks),
    ]),
  ];
}

/**
 * Plans attribution: the compact network and TerGat on the split by clips, the compact network with each character left
 * out, and the maps of learned attention.
 */
export function planAttribution(splits: EvidenceSplits, epochs: Epochs): EvidenceJob[] {
  return [
    ...jobsOn([MAPPED_SPLIT, ...foldsOf(splits)], 'compact', epochs.compact),
    ...jobsOn([MAPPED_SPLIT], 'tergat', epochs.tergat),
    ...jobsOn([MAPPED_SPLIT], 'learned', epochs.compact, { condition: 'with-face' }),
  ];
}

/** Plans the answers about corrupted images: of a network that another study trains. */
export function planCorruptions({ compact: epochs }: Epochs): EvidenceJob {
  return jobsOn(['clips-1'], 'compact', epochs)[0];
}

/**
 * Returns true if the network of a job is needed again: for attribution, or TerGat of the first split by frames for the
 * final characters.
 */
export function isNeededAgain(job: EvidenceJob, splits: EvidenceSplits, epochs: Epochs): boolean {
  const unseen = jobsOn(['frames-1', 'final-original'], 'tergat', epochs.tergat);
  return [...planAttribution(splits, epochs), ...unseen].some((other) => nameJob(other) === nameJob(job));
}

function jobsOn(
  splits: readonly SplitId[],
  model: string,
  epochs: number,
  { condition = 'correct', seed = 1 }: Partial<EvidenceJob> = {},
): EvidenceJob[] {
  return splits.map((split) => ({ model, condition, split, seed, epochs }));
}

function foldsOf(splits: EvidenceSplits): SplitId[] {
  return splitsOf(splits, 'characters').map(({ id }) => id);
}
