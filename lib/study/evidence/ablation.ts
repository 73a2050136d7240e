import { intervalChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { BLOCK_CONDITIONS } from '../block-conditions';
import { accuracyByProtocol, type EvidenceAnswer } from './answers';
import type { EvidenceJob } from './archive';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, type EvidenceSplits } from './splits';

/** Rows of the ablation: name, model, condition, and label in tables and figures. */
export const ABLATION = [
  {
    name: 'original',
    model: 'tergat',
    condition: 'last-image',
    shown: 'TerGat, crops from the last image read',
  },
  { name: 'lastImage', model: 'compact', condition: 'last-image', shown: 'crops from the last image read' },
  { name: 'boxes', model: 'boxes', condition: 'correct', shown: 'box coordinates alone' },
  { name: 'landmarks', model: 'landmarks', condition: 'correct', shown: 'landmarks alone' },
  { name: 'eyesOnly', model: 'compact', condition: 'eyes-only', shown: 'eyes block alone' },
  { name: 'mouthOnly', model: 'compact', condition: 'mouth-only', shown: 'mouth block alone' },
  { name: 'correct', model: 'compact', condition: 'correct', shown: 'both blocks, cut correctly' },
  { name: 'swapped', model: 'compact', condition: 'swapped', shown: 'both blocks, branches swapped' },
  { name: 'wholeFace', model: 'compact', condition: 'whole-face', shown: 'whole face in both branches' },
  { name: 'anotherImage', model: 'compact', condition: 'another-image', shown: 'blocks of another image' },
] as const;

/** Name of a row of the ablation. */
export type AblationName = (typeof ABLATION)[number]['name'];

/** Finds the row of an answer. */
export function ablationRowOf({ model, condition }: Pick<EvidenceAnswer, 'model' | 'condition'>) {
  return ABLATION.find((row) => row.model === model && row.condition === condition);
}

/** Plans the ablation: all rows on one split by frames; blocks, boxes and landmarks also with each character left out. */
export function planAblation(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const folds = splitsOf(splits, 'characters').map(({ id }) => id);
  const job = (model: string, count: number) => ({
    model,
    condition: 'correct' as const,
    seed: 1,
    epochs: count,
  });
  const compact = job('compact', epochs.compact);
  return [
    ...BLOCK_CONDITIONS.map((condition) => ({ ...compact, condition, split: 'frames-1' as const })),
    ...folds.map((split) => ({ ...compact, split })),
    ...(['frames-1', ...folds] as const).map((split) => ({ ...job('boxes', epochs.boxes), split })),
    ...(['frames-1', ...folds] as const).map((split) => ({ ...job('landmarks', epochs.landmarks), split })),
    { ...job('tergat', epochs.tergat), condition: 'last-image', split: 'frames-1' },
  ];
}

/** Estimates accuracy for each row and each split protocol that it was run under. */
export function ablationRates(answers: readonly EvidenceAnswer[]) {
  return accuracyByProtocol(
    answers,
    (answer) => ablationRowOf(answer)?.shown,
    ABLATION.map(({ shown }) => shown),
  );
}

/** Charts the ablation. */
export function ablationFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(ablationRates(answers), {
    title: 'What the number is reached from',
    subtitle: 'Split by frames as the original; with each character left out, where it was run',
  });
}
