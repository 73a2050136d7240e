import { intervalChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { accuracyByProtocol, type EvidenceAnswer } from './answers';
import type { EvidenceJob } from './archive';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, type EvidenceSplits, type SplitId } from './splits';

/** Display names of the models. */
export const MODEL_NAMES: Readonly<Record<string, string>> = {
  majority: 'most frequent expression',
  nearest: 'nearest training face',
  landmarks: 'logistic regression on landmarks',
  faceapi: "face-api's expression network",
  compact: 'compact network',
  tergat: 'TerGat',
  boxes: 'box coordinates alone',
  augmented: 'compact network, changed samples',
  combined: 'compact network with landmarks, changed samples',
  shipped: 'the model of drawn faces',
};

/** Returns the display name of an answer's model. */
export const nameModel = ({ model }: Pick<EvidenceAnswer, 'model'>): string => MODEL_NAMES[model];

/**
 * Plans the comparison of split protocols: each model on two splits by frames, on two by clips, and with each character
 * left out. TerGat has one split by frames and one by clips; the compact network has two seeds for each left-out character.
 */
export function planProtocols(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const [frames, clips, folds] = (['frames', 'clips', 'characters'] as const).map((protocol) =>
    splitsOf(splits, protocol).map(({ id }) => id),
  );
  const job = (model: string, split: SplitId, count: number, seed = 1): EvidenceJob => ({
    model,
    condition: 'correct',
    split,
    seed,
    epochs: count,
  });
  const all = [...frames, ...clips, ...folds];
  return [
    ...['majority', 'nearest', 'faceapi'].flatMap((model) => all.map((split) => job(model, split, 0))),
    ...all.map((split) => job('landmarks', split, epochs.landmarks)),
    ...[...frames, ...clips].map((split) => job('compact', split, epochs.compact)),
    ...[1, 2].flatMap((seed) => folds.map((split) => job('compact', split, epochs.compact, seed))),
    job('tergat', 'frames-1', epochs.tergat),
    job('tergat', 'clips-1', epochs.tergat),
    ...folds.map((split) => job('tergat', split, epochs.tergatCharacters)),
  ];
}

/** Charts the accuracy of every model under every split protocol. */
export function protocolsFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(accuracyByProtocol(answers, nameModel), {
    title: 'What is kept apart decides the number',
    subtitle: 'Single frames, whole clips or whole characters are dealt out; 95 % intervals over characters',
  });
}
