import type { BlockSet } from '../../core/blocks';
import type { Experiment } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import { leaveOneCharacterOut, missingExpressions } from '../../core/split';
import { concatBlocks } from '../../faces/store/rows';
import { loadStore } from '../../faces/store/store';
import { findArchitecture } from '../../model/architectures';
import { inputSource } from '../../model/training/data';
import { predict } from '../../model/training/evaluate';
import { facesOfSplit } from '../evaluate-split';
import { openQueue } from '../queue/queue';
import { withTrained } from '../train-cached';

/** A fold as a job of the queue; it is sent as JSON. */
export interface FoldJob {
  /** Tested person. */
  readonly person: string;
  /** Absolute paths of the data set's shards, the same on every machine. */
  readonly shards: readonly string[];
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
  readonly experiment: Experiment;
  /** Directory of the checkpoints; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/** Training settings of all folds. */
export type FoldSettings = Omit<FoldJob, 'person' | 'shards'>;

/** Result of a fold; it is sent as JSON. */
export type FoldResult = NonNullable<Awaited<ReturnType<typeof runFold>>>;

/**
 * Checks that a data set names the person of each image, and at least three persons.
 * @param what names the persons in the message
 * @throws RangeError that says how to name persons, or to use another split
 */
export function expectPersons(records: readonly FrameRecord[], what = 'persons'): void {
  const persons = [...new Set(records.map(({ character }) => character))];
  const unknown = records.filter(({ character }) => character === 'all').length;
  if (unknown > 0)
    throw new RangeError(
      `Expected a person for each image to leave one person out but received none for ${unknown} of ${records.length}: ` +
        'name persons by folders, <person>/<emotion>/*, or in the column person of a table of labels, or take another split',
    );
  const names = persons.length > 0 ? ` (${persons.join(', ')})` : '';
  if (persons.length < 3)
    throw new RangeError(
      `Expected at least 3 ${what} to leave one person out (one is tested, one chooses the epoch, the others train) ` +
        `but received ${persons.length}${names}: add persons, or take another split`,
    );
}

/**
 * Plans the folds: each person with a found face is tested once; the next such person is the validation set.
 * @returns one fold per person, in alphabetical order; positions in the block set
 * @throws RangeError for fewer than three persons, or when a training set lacks an expression of the data
 */
export function planFolds({ records }: BlockSet) {
  expectPersons(records, 'persons with a found face');
  const folds = leaveOneCharacterOut(records);
  for (const fold of folds) {
    const missing = missingExpressions(fold, records, 'train');
    const validation = records[fold.validation[0]].character;
    if (missing.length > 0)
      throw new RangeError(
        `Expected every expression of the data in the training images of each fold but received none of ${missing.join(', ')} ` +
          `where ${fold.character} is tested and ${validation} chooses the epoch: ` +
          'add images of these by other persons, or leave these expressions out',
      );
  }
  return folds;
}

/** @returns undefined when training was stopped */
async function runFold(
  blocks: BlockSet,
  { person, architecture, experiment, cacheDirectory }: Omit<FoldJob, 'shards'>,
  shouldStop?: () => boolean,
) {
  const fold = planFolds(blocks).find(({ character }) => character === person);
  if (!fold) throw new RangeError(`Expected a person of the data for person but received ${person}`);
  const faces = facesOfSplit(fold, blocks.records, blocks);
  const form = findArchitecture(architecture);
  const options = { experiment, blocks, faces, cacheDirectory, shouldStop };
  return withTrained(form, options, async (network, { bestEpoch, reusedEpochs, stopped }) => {
    if (stopped) return undefined;
    const { probabilities } = await predict(network, inputSource(blocks, faces.test.faces, form.inputs));
    return {
      /** Tested person. */
      person,
      /** Person that chose the epoch. */
      validation: blocks.records[fold.validation[0]].character,
      bestEpoch,
      /** Number of epochs that were trained by an earlier call. */
      reusedEpochs,
      /** Probabilities of the person's found faces, in the block set's order, [found, 7]. */
      probabilities: [...probabilities],
    };
  });
}

/**
 * Runs a fold on a worker of the queue: reads the blocks from shards, and trains and tests the network.
 * @throws Error when a shard is missing; RangeError for a person without a fold; what {@link planFolds} and training throw
 */
export async function runFoldJob({ shards, ...fold }: FoldJob): Promise<FoldResult> {
  const parts: BlockSet[] = [];
  for (const shard of shards) parts.push(await loadStore(shard));
  return (await runFold(concatBlocks(parts), fold))!;
}

/**
 * Runs all folds in this process or on a queue. A later call resumes after a stop: trained folds are not trained again.
 * @param options.queue URL of a Redis queue whose workers run the folds; default: this process runs them
 * @param options.onFold called after each fold
 * @param options.print called with messages about workers and lost connections
 * @param options.shouldStop returns true to stop this process's training after the current batch
 * @returns one result per person with a found face, in alphabetical order; undefined when training was stopped
 * @throws what {@link planFolds}, training and the queue throw
 */
export async function runFolds(
  options: Omit<FoldJob, 'person'> & {
    readonly blocks: BlockSet;
    readonly queue?: string;
    readonly onFold?: (fold: FoldResult) => void;
    readonly print?: (line: string) => void;
    readonly shouldStop?: () => boolean;
  },
): Promise<FoldResult[] | undefined> {
  const { blocks, shards, queue, onFold, print, shouldStop } = options;
  const { architecture, experiment, cacheDirectory } = options;
  const jobs = planFolds(blocks).map(({ character: person }): FoldJob => {
    return { person, shards, architecture, experiment, cacheDirectory };
  });
  if (queue) {
    const { run, close } = await openQueue(queue, print);
    const runJob = async (job: FoldJob) => {
      const result = await run<FoldResult>('fold', job);
      onFold?.(result);
      return result;
    };
    return Promise.all(jobs.map(runJob)).finally(close);
  }
  const results: FoldResult[] = [];
  for (const job of jobs) {
    const result = await runFold(blocks, job, shouldStop);
    if (!result) return undefined;
    onFold?.(result);
    results.push(result);
  }
  return results;
}
