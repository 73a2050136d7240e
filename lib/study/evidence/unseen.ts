import type { Estimate } from '../../core/intervals';
import { accuracyOf, differenceOf, type EvidenceAnswer } from './answers';
import type { EvidenceJob } from './archive';
import type { EvidenceEpochs } from './sizes';

/**
 * Plans the test on the final characters: TerGat with the original's training, the model of drawn faces, and face-api's
 * network.
 */
export function planUnseen(epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1 } as const;
  return [
    { ...job, model: 'tergat', split: 'final-original', epochs: epochs.tergat },
    { ...job, model: 'shipped', split: 'final', epochs: 0 },
    { ...job, model: 'faceapi', split: 'final', epochs: 0 },
  ];
}

/** Estimates accuracy on the final characters, and the paired difference of the best model and TerGat. */
export function summarizeUnseen(
  answers: readonly EvidenceAnswer[],
): Record<'tergat' | 'best' | 'difference', Estimate> {
  const [tergat, best] = ['tergat', 'shipped'].map((name) => answers.filter(({ model }) => model === name));
  return { tergat: accuracyOf(tergat), best: accuracyOf(best), difference: differenceOf(best, tergat) };
}
