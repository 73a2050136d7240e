import { intervalChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { accuracyByProtocol, type EvidenceAnswer } from './answers';
import type { EvidenceJob } from './archive';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, type EvidenceSplits } from './splits';

/** Display names of the models: how each uses the prior. */
export const PRIOR_USES: Readonly<Record<string, string>> = {
  compact: 'hard: both blocks',
  soft: 'soft: whole face times heat maps of the landmarks',
  blocksAndFace: 'both blocks and the whole face',
  learned: 'learned: whole face times maps of its own',
  face: 'none: whole face',
};

/** Plans the study: each model on a split by frames, a split by clips, and with each character left out. */
export function planAttention(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const tested = ['frames-1', 'clips-1', ...splitsOf(splits, 'characters').map(({ id }) => id)] as const;
  return Object.keys(PRIOR_USES).flatMap((model) =>
    tested.map((split) => ({
      model,
      condition: model === 'compact' ? 'correct' : 'with-face',
      split,
      seed: 1,
      epochs: epochs.compact,
    })),
  );
}

/** Charts the accuracy of every model under every split protocol. */
export function attentionFigure(answers: readonly EvidenceAnswer[]): ChartFigure {
  return intervalChart(
    accuracyByProtocol(answers, ({ model }) => PRIOR_USES[model]),
    {
      title: 'Five uses of the prior',
      subtitle: 'Compact networks of about as many parameters; 95 % intervals over characters',
    },
  );
}
