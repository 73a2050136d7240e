import { curveChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { aboutSet, accuracyBy, type EvidenceAnswer } from './answers';
import type { EvidenceJob } from './archive';
import { nameModel } from './protocols';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, TRAINING_COUNTS, type EvidenceSplits } from './splits';

/** Tested characters, as titles name them. */
const TESTED = { development: 'other generated characters', six: 'the six' } as const;

/** Plans the learning curve: accuracy on unseen characters by the number of generated training characters. */
export function planGrowth(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const largestFirst = splitsOf(splits, 'growth').reverse();
  const job = { condition: 'correct', seed: 1 } as const;
  // Fewer characters give fewer steps an epoch, so they get more epochs, at most three times as many.
  const scaled = (count: number, most: number) => Math.round(most * Math.min(3, 100 / count));
  return [
    { ...job, model: 'combined', split: largestFirst[0].id, epochs: epochs.augmented },
    ...largestFirst.flatMap(({ id: split, trainingCharacters }) => [
      { ...job, model: 'augmented', split, epochs: scaled(trainingCharacters!, epochs.augmented) },
      { ...job, model: 'landmarks', split, epochs: epochs.landmarks },
    ]),
  ];
}

/**
 * Charts the learning curve.
 * @param set the tested characters: other generated ones, or the six
 */
export function growthFigure(answers: readonly EvidenceAnswer[], set: keyof typeof TESTED): ChartFigure {
  const tested = aboutSet(answers, set);
  const models = [...new Set(tested.map(({ model }) => model))];
  const rows = models.flatMap((model) =>
    accuracyBy(
      tested.filter((answer) => answer.model === model),
      {
        label: ({ trainingCharacters }) => trainingCharacters,
        group: nameModel,
        labels: TRAINING_COUNTS,
      },
    ),
  );
  return curveChart(rows, {
    title: `Accuracy on ${TESTED[set]}, by generated characters in training`,
    xAxis: 'Generated characters in training',
    scale: 'log',
  });
}
