import type { Split } from '../../core/split';
import { CONDITIONS } from './conditions';
import type { EvidenceJob } from './runs';
import { GROWTH } from './splits';

/** Epochs of each network on each kind of split: as many as an hour of two cores allows for all of them. */
export interface EvidenceEpochs {
  readonly tergat: number;
  /** TerGat's with one character left out: six trainings. */
  readonly tergatCharacters: number;
  readonly compact: number;
  readonly landmarks: number;
  readonly boxes: number;
  /** Of the two networks that learn from changed samples. */
  readonly augmented: number;
}

/** Epochs of the full run and of the small one. */
export const EVIDENCE_EPOCHS: Readonly<Record<'full' | 'small', EvidenceEpochs>> = {
  full: { tergat: 6, tergatCharacters: 6, compact: 8, landmarks: 40, boxes: 60, augmented: 12 },
  small: { tergat: 2, tergatCharacters: 1, compact: 3, landmarks: 5, boxes: 5, augmented: 3 },
};

/** The splits of the ladder. */
export type LadderStep = 'frames' | 'clips' | 'characters';

/** Tells which splits make up a step of the ladder. */
export function splitsOfStep(step: LadderStep, names: Iterable<string>): string[] {
  const prefix = step === 'characters' ? 'character-' : `${step}-`;
  return [...names].filter((name) => name.startsWith(prefix));
}

/**
 * Plans the ladder: each model on two splits of frames, two of clips, and each character left out. TerGat has one
 * split of frames and of clips; the compact network leaves each character out with two seeds.
 */
export function planLadder(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const folds = splitsOfStep('characters', splits.keys());
  const drawn = [...splitsOfStep('frames', splits.keys()), ...splitsOfStep('clips', splits.keys())];
  const job = (model: string, split: string, count: number, seed = 1): EvidenceJob => ({
    ...{ model, condition: 'correct', split, seed, epochs: count },
  });
  return [
    ...['majority', 'nearest', 'faceapi'].flatMap((model) =>
      [...drawn, ...folds].map((split) => job(model, split, 0)),
    ),
    ...[...drawn, ...folds].map((split) => job('landmarks', split, epochs.landmarks)),
    ...drawn.map((split) => job('compact', split, epochs.compact)),
    ...[1, 2].flatMap((seed) => folds.map((split) => job('compact', split, epochs.compact, seed))),
    ...['frames-1', 'clips-1'].map((split) => job('tergat', split, epochs.tergat)),
    ...folds.map((split) => job('tergat', split, epochs.tergatCharacters)),
  ];
}

/** Plans the ablation: what is shown, on one split of frames; boxes and landmarks with each character left out too. */
export function planAblation(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const folds = splitsOfStep('characters', splits.keys());
  const job = (model: string, count: number) => ({ model, condition: 'correct', seed: 1, epochs: count });
  const compact = job('compact', epochs.compact);
  return [
    ...CONDITIONS.map((condition) => ({ ...compact, condition, split: 'frames-1' })),
    ...folds.map((split) => ({ ...compact, split })),
    ...['frames-1', ...folds].map((split) => ({ ...job('boxes', epochs.boxes), split })),
    ...['frames-1', ...folds].map((split) => ({ ...job('landmarks', epochs.landmarks), split })),
    { ...job('tergat', epochs.tergat), condition: 'last-image', split: 'frames-1' },
  ];
}

/** Plans the uses of the prior: each on a split of frames, a split of clips, and with each character left out. */
export function planAttention(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const asked = ['frames-1', 'clips-1', ...splitsOfStep('characters', splits.keys())];
  const job = { seed: 1, epochs: epochs.compact };
  return [
    ...asked.map((split) => ({ ...job, model: 'compact', condition: 'correct', split })),
    ...['soft', 'blocksAndFace', 'learned', 'face'].flatMap((model) =>
      asked.map((split) => ({ ...job, model, condition: 'with-face', split })),
    ),
  ];
}

/**
 * Plans where trained networks look: the compact one and TerGat under the split by clips, the compact one with each
 * character left out, and the maps that learned attention draws.
 */
export function planLooks(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1, epochs: epochs.compact };
  return [
    { ...job, model: 'compact', split: 'clips-1' },
    ...splitsOfStep('characters', splits.keys()).map((split) => ({ ...job, model: 'compact', split })),
    { ...job, model: 'tergat', split: 'clips-1', epochs: epochs.tergat },
    { ...job, model: 'learned', condition: 'with-face', split: 'clips-1' },
  ];
}

/** Plans accuracy on unseen development characters as the number of characters in training grows. */
export function planGrowth(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const named = GROWTH.map((count) => [count, `growth-${count}`] as const).filter(([, name]) =>
    splits.has(name),
  );
  const job = { condition: 'correct', seed: 1 };
  const largest = named[named.length - 1][1];
  // Fewer characters have fewer steps an epoch: more epochs, three times as many at most, make up for it.
  const scaled = (count: number, most: number) => Math.round(most * Math.min(3, 100 / count));
  return [
    { ...job, model: 'combined', split: largest, epochs: epochs.augmented },
    ...named.reverse().flatMap(([count, split]) => [
      { ...job, model: 'augmented', split, epochs: scaled(count, epochs.augmented) },
      { ...job, model: 'landmarks', split, epochs: epochs.landmarks },
    ]),
  ];
}

/** Names the network that is asked about hard copies of its test images: one that another study trains. */
export function planCoverage(epochs: EvidenceEpochs): EvidenceJob {
  return { model: 'compact', condition: 'correct', split: 'clips-1', seed: 1, epochs: epochs.compact };
}

/**
 * Plans the one look at the final characters: TerGat as the original trains it, the model of drawn faces, and
 * face-api's network, which learns nothing here.
 */
export function planFinal(epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1 };
  return [
    { ...job, model: 'tergat', split: 'final-original', epochs: epochs.tergat },
    { ...job, model: 'shipped', split: 'final', epochs: 0 },
    { ...job, model: 'faceapi', split: 'final', epochs: 0 },
  ];
}
