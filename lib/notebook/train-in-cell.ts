import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import { formatEpoch } from '../model/training/history';
import type { Network } from '../model/networks/network';
import { lossChart } from '../figures/learning-charts';
import { saveFigure, nameFigures } from '../figures/figure';
import type { SplitFaces } from '../study/faces-of-split';
import { trainCached, type CachedTraining } from '../study/train-cached';
import { liveDisplay, resultsDirectory, runStoppable } from '../notebook';

/**
 * Trains a network on both blocks below the running cell: a line and a redrawn chart of the loss after each epoch. The stop
 * button ends it after the batch in hand, and the cell goes on from there when it is run again. The chart is saved.
 * @param network takes [eyes, mouth]; it holds the weights of the best epoch afterwards
 * @throws what {@link trainCached} throws
 */
export async function trainInCell(
  network: Network,
  blocks: BlockSet,
  faces: Pick<SplitFaces, 'train' | 'validation'>,
  experiment: Experiment,
): Promise<CachedTraining> {
  const { epochs } = experiment;
  const named = { epochs, model: network.name };
  const chart = liveDisplay();
  const training = await runStoppable('training', ({ isRequested: shouldStop }) =>
    trainCached({
      network,
      blocks,
      faces,
      experiment,
      shouldStop,
      inputs: ['eyes', 'mouth'],
      onEpoch: (history) => {
        printLine(formatEpoch(history[history.length - 1], epochs));
        void chart.update(lossChart(history, named));
      },
    }),
  );
  const { history, reusedEpochs, bestEpoch } = training;
  const figure = lossChart(history, named);
  await chart.update(figure);
  await saveFigure(
    figure,
    resultsDirectory(process.env),
    nameFigures({ ...experiment, model: network.name }).loss,
  );
  printLine(
    `${history.length} epochs, ${reusedEpochs} of them from checkpoints; best on validation: epoch ${bestEpoch}`,
  );
  return training;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
