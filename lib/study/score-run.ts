import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import type { FrameRecord } from '../core/record';
import { splitRecords } from '../core/split';
import { buildAdam } from '../engine/adam';
import { hashFiles, listFiles } from '../engine/project';
import { blockSource } from '../model/data';
import { predict } from '../model/evaluate';
import { loadState, type Network } from '../model/network';
import { train } from '../model/train';
import { facesOfSplit } from './faces-of-split';
import { scoreTest } from './score-test';

/** All that one training depends on. */
export interface RunOptions {
  /** Name of the network, such as `TerGat`. */
  readonly name: string;
  readonly build: (options: { readonly seed: number }) => Network;
  /** Its seed decides the split, the weights, the batches and the dropout masks. */
  readonly experiment: Experiment;
  /** All frames, those without a face included. */
  readonly records: readonly FrameRecord[];
  readonly blocks: BlockSet;
}

/** How one training ended. */
export interface RunScore {
  /** Share of the test side's images that were answered rightly, a missed face counting as an error, 0 to 1. */
  readonly accuracy: number;
  /** The epoch that did best on the validation side, whose weights were scored. */
  readonly bestEpoch: number;
  /** Median of the epochs' seconds: training, and scoring the training and the validation side. */
  readonly secondsPerEpoch: number;
}

/**
 * Trains a network on a split's training side, goes back to the epoch that did best on the validation side, and
 * scores it on the test side. Nothing is saved.
 * @throws what training throws
 */
export async function scoreRun({ build, experiment, records, blocks }: RunOptions): Promise<RunScore> {
  const { seed, split, batchSize, learningRate, epochs } = experiment;
  const faces = facesOfSplit(splitRecords(records, split, seed), records, blocks);
  const [training, validation, test] = [faces.train, faces.validation, faces.test].map((side) =>
    blockSource(blocks, side.faces),
  );
  const network = build({ seed });
  const optimizer = buildAdam({ learningRate });
  try {
    const settings = { network, optimizer, epochs, batchSize, seed };
    const { best, history } = await train({ ...settings, train: training, validation });
    loadState(network, best!.state);
    const { labels } = await predict(network, test);
    const seconds = history.map((epoch) => epoch.seconds).sort((first, second) => first - second);
    return {
      accuracy: scoreTest(test.labels, labels, faces.test.missed).ofAll.value,
      bestEpoch: best!.epoch,
      secondsPerEpoch: seconds[seconds.length >> 1],
    };
  } finally {
    optimizer.dispose();
    network.dispose();
  }
}

/** Keeps the scores of runs in a file, so that many runs that were cut off go on where they were. */
export class ScoreCache {
  /** @param file path of a JSON file, made when it is missing */
  constructor(private readonly file: string) {}

  /** Gives a run's score: from the file where the same code made it on the same data with the same settings. */
  async score(options: RunOptions): Promise<RunScore> {
    const key = nameRun(options);
    const known = this.read()[key];
    if (known) return known;
    const score = await scoreRun(options);
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    fs.writeFileSync(this.file, `${JSON.stringify({ ...this.read(), [key]: score }, null, 2)}\n`);
    return score;
  }

  private read(): Record<string, RunScore> {
    return fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, 'utf8')) : {};
  }
}

function nameRun({ name, experiment, records, blocks }: RunOptions): string {
  const { seed, split, epochs, batchSize, learningRate } = experiment;
  const hash = createHash('sha256').update(JSON.stringify({ epochs, batchSize, learningRate }));
  for (const { path: file, emotion } of records) hash.update(`${file} ${emotion}\0`);
  for (const { path: file } of blocks.records) hash.update(`${file}\0`);
  hash.update(blocks.eyes).update(blocks.mouth);
  const folders = ['core', 'engine', 'model'].map((folder) => path.join(__dirname, '..', folder));
  hash.update(hashFiles(folders.flatMap((folder) => listFiles(folder, path.extname(__filename)))));
  return `${name} ${split} ${seed} ${tf.getBackend()} ${hash.digest('hex').slice(0, 12)}`;
}
