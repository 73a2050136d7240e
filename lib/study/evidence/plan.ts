import type { Split } from '../../core/split';
import { CONDITIONS } from './conditions';
import type { EvidenceJob } from './runs';
import { GROWTH } from './splits';

/** Epochs of each network on each kind of split: enough that more changed nothing on development characters. */
export interface EvidenceEpochs {
  readonly tergat: number;
  /** TerGat's with one character left out: six trainings. */
  readonly tergatCharacters: number;
  readonly compact: number;
  readonly landmarks: number;
  readonly boxes: number;
  readonly combined: number;
}

/** Epochs of the full run and of the small one. */
export const EVIDENCE_EPOCHS: Readonly<Record<'full' | 'small', EvidenceEpochs>> = {
  full: { tergat: 6, tergatCharacters: 3, compact: 10, landmarks: 40, boxes: 60, combined: 30 },
  small: { tergat: 2, tergatCharacters: 1, compact: 3, landmarks: 5, boxes: 5, combined: 3 },
};

/** The models that need no choice of what they are shown. */
export const LADDER_MODELS = ['majority', 'nearest', 'landmarks', 'faceapi', 'compact', 'tergat'] as const;

/** The splits of the ladder. */
export type LadderStep = 'frames' | 'clips' | 'characters';

/** Tells which splits make up a step of the ladder. */
export function splitsOfStep(step: LadderStep, names: Iterable<string>): string[] {
  const prefix = step === 'characters' ? 'character-' : `${step}-`;
  return [...names].filter((name) => name.startsWith(prefix));
}

/**
 * Plans the ladder: each model on frames, clips and characters. TerGat has one split of frames and of clips and one
 * seed, the others three splits of each; the compact network leaves characters out with three seeds.
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
    ...[1, 2, 3].flatMap((seed) => folds.map((split) => job('compact', split, epochs.compact, seed))),
    ...['frames-1', 'clips-1'].map((split) => job('tergat', split, epochs.tergat)),
    ...folds.map((split) => job('tergat', split, epochs.tergatCharacters)),
  ];
}

/** Plans the ablation: what is shown, on one split of frames and with one character left out, one seed. */
export function planAblation(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const chosen = ['frames-1', ...splitsOfStep('characters', splits.keys())];
  const compact = CONDITIONS.flatMap((condition) =>
    chosen.map((split) => ({ model: 'compact', condition, split, seed: 1, epochs: epochs.compact })),
  );
  const only = [
    ...chosen.map((split) => ({ model: 'boxes', epochs: epochs.boxes, split })),
    ...chosen.map((split) => ({ model: 'landmarks', epochs: epochs.landmarks, split })),
  ].map((job) => ({ ...job, condition: 'correct', seed: 1 }));
  const original = { model: 'tergat', condition: 'last-image', split: 'frames-1', seed: 1 };
  return [...compact, ...only, { ...original, epochs: epochs.tergat }];
}

/** Plans accuracy on unseen development characters as the number of characters in training grows. */
export function planGrowth(splits: ReadonlyMap<string, Split>, epochs: EvidenceEpochs): EvidenceJob[] {
  const named = GROWTH.map((count) => [count, `growth-${count}`] as const).filter(([, name]) =>
    splits.has(name),
  );
  return named.flatMap(([count, split]) => {
    // Fewer characters have fewer steps an epoch: more epochs give each as many steps, three times at most.
    const times = Math.min(3, 100 / count);
    const job = { condition: 'correct', split, seed: 1 };
    return [
      { ...job, model: 'landmarks', epochs: epochs.landmarks },
      { ...job, model: 'compact', epochs: Math.round(epochs.compact * times) },
      { ...job, model: 'combined', epochs: Math.round(epochs.combined * times) },
    ];
  });
}

/** Plans the one look at the final characters: TerGat as the original trains it, and the best model. */
export function planFinal(epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1 };
  return [
    { ...job, model: 'tergat', split: 'final-original', epochs: epochs.tergat },
    { ...job, model: 'combined', split: 'final', epochs: epochs.combined },
  ];
}
