import type { Estimate } from '../../core/intervals';
import { accuracyOf, differenceOf, type Answer } from './answers';
import type { EvidenceJob } from './archive';
import type { EvidenceEpochs } from './sizes';

/**
 * Plans the one test on the final characters: TerGat as the original trains it, the model of drawn faces, and face-api's
 * network, which learns nothing here.
 */
export function planUnseen(epochs: EvidenceEpochs): EvidenceJob[] {
  const job = { condition: 'correct', seed: 1 };
  return [
    { ...job, model: 'tergat', split: 'final-original', epochs: epochs.tergat },
    { ...job, model: 'shipped', split: 'final', epochs: 0 },
    { ...job, model: 'faceapi', split: 'final', epochs: 0 },
  ];
}

/** Estimates accuracy on the final characters, and the difference paired by character. */
export function summarizeUnseen(
  answers: readonly Answer[],
): Record<'tergat' | 'best' | 'difference', Estimate> {
  const [tergat, best] = ['tergat', 'shipped'].map((name) => answers.filter(({ model }) => model === name));
  return { tergat: accuracyOf(tergat), best: accuracyOf(best), difference: differenceOf(best, tergat) };
}
