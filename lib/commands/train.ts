import path from 'node:path';
import type { Experiment } from '../core/experiment';
import { startEngine } from '../engine/tensorflow';
import { findArchitecture } from '../model/architectures';
import { createFileStore } from '../model/checkpoint-files';
import { formatEpoch } from '../model/history';
import { encodeModel } from '../model/model-file';
import { runStoppable } from '../notebook/stop';
import { openData, openGenerated } from '../study/open-data';
import { preprocessDataset } from '../study/preprocess-dataset';
import { trainModel } from '../study/train-model';
import { followOnStderr, tellNotes } from './progress';

/** What {@link runTrain} is asked for. */
export interface TrainRequest {
  readonly experiment: Experiment;
  /** Folder of the data set; default what the environment names, else the sample. */
  readonly data?: string;
  /** Whose numbers the data's classes have. */
  readonly numbered?: string;
  /** How many generated characters to draw and train on, in place of a data set. */
  readonly generated?: number;
  readonly architecture: string;
  /** Path of the model file to write. */
  readonly output: string;
  readonly print: (line: string) => void;
}

/**
 * Trains a model and writes its file, whole or not at all. Ctrl-C ends it after the batch at hand: the epochs so far
 * are kept and continued from.
 * @returns whether all epochs were trained
 * @throws Error or RangeError, with what is wrong
 */
export async function runTrain(request: TrainRequest): Promise<boolean> {
  const { experiment, data, numbered, generated, architecture, output, print } = request;
  // An unknown name is told before anything is drawn.
  findArchitecture(architecture);
  await startEngine();
  const onDrawn = followOnStderr('Drawing');
  const dataset = generated
    ? await openGenerated(experiment, generated, onDrawn)
    : await openData(experiment, data, onDrawn, { numbered });
  tellNotes(dataset);
  const { blocks } = await preprocessDataset(dataset, experiment, followOnStderr('Faces'));
  const { model, score, bestEpoch, stopped } = await runStoppable('training', (stop) =>
    trainModel({
      ...{ dataset, blocks, experiment, architecture },
      shouldStop: stop.isRequested,
      onEpoch: (history) => print(formatEpoch(history[history.length - 1], experiment.epochs)),
    }),
  );
  try {
    const { network, ...facts } = model;
    const store = createFileStore(path.dirname(path.resolve(output)));
    await store.write(path.basename(output), encodeModel(network, facts));
    print(`${facts.description}.`);
    print(`Best epoch ${bestEpoch}, temperature ${facts.temperature.toFixed(3)}, macro F1 ${score.macroF1.toFixed(4)}.`); // prettier-ignore
    print(`${output} was written${stopped ? ', although training was stopped' : ''}.`);
    return !stopped;
  } finally {
    model.network.dispose();
  }
}
