import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { BlockSet, FaceSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import { predictedLabels } from '../../core/metrics';
import { mapParts, type FrameRecord } from '../../core/record';
import { homePath } from '../../files/project';
import { saveWhole } from '../../files/write-file';
import type { BlockCondition } from '../block-conditions';
import { facesOfSplit } from '../split-faces';
import { fingerprintFaces } from '../train-cached';
import { packProbabilities } from '../packed-files';
import { nameJob, type EvidenceJob, type EvidenceRun } from './archive';
import type { LearnerAnswers, LearnerTask } from './learners';
import type { EvidenceSplits } from './splits';

/** Increment when a learner or a condition changes under the same name. */
const RUNS_VERSION = 3;

/** Data and functions of all runs. */
export interface RunContext {
  /** Name of the size; each size has its own cache directory. */
  readonly size: string;
  readonly records: readonly FrameRecord[];
  /** Returns the absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
  /** Returns the blocks of a condition. */
  readonly blocksOf: (condition: BlockCondition) => Promise<BlockSet>;
  readonly splits: EvidenceSplits;
  readonly learn: (job: EvidenceJob, task: LearnerTask) => Promise<LearnerAnswers>;
  readonly print: (line: string) => void;
}

/** Runs a job, or reads its run from data/cache/evidence, so that a stopped call resumes. */
export function runJob(job: EvidenceJob, context: RunContext): Promise<EvidenceRun> {
  return runOnce(job, context, async (task) => {
    const { test, validation, bestEpoch = 0, distances } = await context.learn(job, task);
    // A row of zeros is no answer.
    const labels = Array.from(predictedLabels(test), (label, row) =>
      test[EMOTIONS.length * row + label] > 0 ? label : undefined,
    );
    return {
      ...job,
      bestEpoch,
      probabilities: packProbabilities(test),
      validation: validation ? packProbabilities(validation) : '',
      ...(distances && { distances: Array.from(distances, (value) => Math.round(100 * value) / 100) }),
      answers: encodeAnswers(task, labels, context.records),
    };
  });
}

/**
 * Computes a result of a job, or reads it from data/cache/evidence if it was computed on the same faces.
 * @param prefix of the file name, for results other than runs
 * @throws RangeError for an unknown split
 */
export async function runOnce<T>(
  job: EvidenceJob,
  context: RunContext,
  make: (task: RunTask) => Promise<T>,
  prefix = '',
): Promise<T> {
  const task = await openTask(job, context);
  const name = `${prefix}${nameJob(job)}`;
  const file = homePath('data', 'cache', 'evidence', context.size, `${name}-${fingerprint(job, task)}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
  const started = performance.now();
  const result = await make(task);
  await saveWhole(file, JSON.stringify(result));
  context.print(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return result;
}

/** The found faces of a job's split, and the settings of its training. */
export interface RunTask extends LearnerTask {
  /** All frames of the test set, as positions in the records. */
  readonly frames: readonly number[];
}

async function openTask(job: EvidenceJob, { splits, records, blocksOf }: RunContext): Promise<RunTask> {
  const split = splits.get(job.split);
  if (!split) throw new RangeError(`Expected the name of a split for split but received ${job.split}`);
  const blocks = await blocksOf(job.condition);
  const sides = mapParts(facesOfSplit(split, records, blocks), ({ faces }) => faces);
  return { blocks, ...sides, frames: split.test, seed: job.seed, epochs: job.epochs };
}

/**
 * Encodes the answers for the frames of a test set, as in {@link EvidenceRun}.
 * @param labels label id of each found test face; undefined for no answer
 */
export function encodeAnswers(
  { blocks, test, frames }: RunTask,
  labels: ArrayLike<number | undefined>,
  records: readonly FrameRecord[],
): string {
  const answerOf = new Map(test.map((face, row) => [blocks.records[face].path, labels[row]]));
  return frames.map((frame) => answerOf.get(records[frame].path) ?? '-').join('');
}

/** Computes a hash of a job and the faces of its split: 16 hexadecimal digits. */
function fingerprint(
  { model, condition, split, seed, epochs }: EvidenceJob,
  { blocks, train, validation, test }: RunTask,
): string {
  // The hash does not depend on the order of the job's fields.
  const named = { model, condition, split, seed, epochs };
  const hash = createHash('sha256').update(JSON.stringify([RUNS_VERSION, named]));
  const shown = ['eyes', 'mouth', 'landmarks', 'boxes'] as const;
  const inputs = (blocks as Partial<FaceSet>).faces ? ([...shown, 'face'] as const) : shown;
  for (const faces of [train, validation, test]) hash.update(fingerprintFaces(blocks, faces, inputs));
  return hash.digest('hex').slice(0, 16);
}
