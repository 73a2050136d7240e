import { curveChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { aboutSet, accuracyBy, type Answer } from './answers';
import type { EvidenceJob } from './archive';
import { nameModel } from './protocols';
import type { EvidenceEpochs } from './sizes';
import { splitsOf, TRAINING_COUNTS, type EvidenceSplits } from './splits';

/** Which characters the study tests. */
const TESTED = { development: 'other generated characters', six: 'the six' } as const;

/** Plans accuracy on unseen characters as the number of generated characters in training grows. */
export function planGrowth(splits: EvidenceSplits, epochs: EvidenceEpochs): EvidenceJob[] {
  const largestFirst = splitsOf(splits, 'growth').reverse();
  const job = { condition: 'correct', seed: 1 };
  // Fewer characters have fewer steps an epoch: more epochs, three times as many at most, make up for it.
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
 * Charts accuracy on characters that training did not see, by how many it saw.
 * @param set which characters are tested: others of the generator, or the six
 */
export function growthFigure(answers: readonly Answer[], set: keyof typeof TESTED): ChartFigure {
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
