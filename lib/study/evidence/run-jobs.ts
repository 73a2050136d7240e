import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { BlockSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import { predictedLabels } from '../../core/metrics';
import { mapParts, type FrameRecord, type SplitPart } from '../../core/record';
import { homePath } from '../../files/project';
import { saveWhole } from '../../files/write-file';
import type { BlockCondition } from '../block-conditions';
import { facesOfSplit } from '../evaluate-split';
import { fingerprintFaces } from '../train-cached';
import { nameJob, type EvidenceJob, type EvidenceRun } from './evidence-archive';
import type { EvidenceSplits } from './splits';
import { packProbabilities } from '../probabilities';

/** Increment when a learner or a condition changes under the same name. */
const RUNS_VERSION = 3;

/** Data and functions that all jobs use. */
export interface RunContext {
  /** Name of the size; each size has its own cache directory. */
  readonly size: string;
  readonly records: readonly FrameRecord[];
  /** Returns the absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
  /** Returns the blocks of a condition. */
  readonly blocksOf: (condition: BlockCondition) => Promise<BlockSet>;
  readonly splits: EvidenceSplits;
  /** By the name of the model. */
  readonly learners: Readonly<Record<string, Learner>>;
  /** Names of the jobs whose trained network is stored in data/cache/training. */
  readonly kept: ReadonlySet<string>;
  readonly print: (line: string) => void;
}

/** A job with its data. */
export interface Task extends Readonly<Record<SplitPart, readonly number[]>> {
  readonly job: EvidenceJob;
  /** The blocks of the job's condition. `train`, `validation` and `test` are the found faces, as positions in them. */
  readonly blocks: BlockSet;
  /** All frames of the test set. */
  readonly frames: readonly FrameRecord[];
  /** Whether the weights of the trained network are stored. */
  readonly keeps: 'weights' | 'nothing';
}

/** Trains on the training set, chooses the epoch on the validation set, and predicts the test set. */
export type Learner = (task: Task) => Promise<{
  /** Probabilities of the test faces, [test, 7]. A row of zeros is no answer: the learner detected no face by itself. */
  readonly test: Float32Array;
  /** Probabilities of the validation faces, [validation, 7]. */
  readonly validation?: Float32Array;
  /** Epoch with the best validation accuracy, if a network was trained. */
  readonly bestEpoch?: number;
  /** Distance of each test face to the nearest training face, [test], if the learner measures it. */
  readonly distances?: Float32Array;
}>;

/** Runs a job, or reads its run from data/cache/evidence, so that a stopped call resumes. */
export function runJob(job: EvidenceJob, context: RunContext): Promise<EvidenceRun> {
  return runOnce(job, context, async (task) => {
    const { test, validation, bestEpoch = 0, distances } = await context.learners[job.model](task);
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
      answers: encodeAnswers(task, labels),
    };
  });
}

/**
 * Computes a result of a job, or reads it from data/cache/evidence if it was computed on the same faces.
 * @param prefix of the file name, for results other than runs
 */
export async function runOnce<T>(
  job: EvidenceJob,
  context: RunContext,
  make: (task: Task) => Promise<T>,
  prefix = '',
): Promise<T> {
  const blocks = await context.blocksOf(job.condition);
  const split = context.splits.get(job.split)!;
  const parts = mapParts(facesOfSplit(split, context.records, blocks), ({ faces }) => faces);
  const name = `${prefix}${nameJob(job)}`;
  const hash = fingerprint(job, blocks, Object.values(parts));
  const file = homePath('data', 'cache', 'evidence', context.size, `${name}-${hash}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
  const started = performance.now();
  const frames = split.test.map((frame) => context.records[frame]);
  const keeps = context.kept.has(nameJob(job)) ? 'weights' : 'nothing';
  const result = await make({ job, blocks, ...parts, frames, keeps });
  await saveWhole(file, JSON.stringify(result));
  context.print(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return result;
}

/**
 * Encodes the answers for the frames of a test set, as in {@link EvidenceRun}.
 * @param labels label id of each found test face; undefined for no answer
 */
export function encodeAnswers({ blocks, test, frames }: Task, labels: ArrayLike<number | undefined>): string {
  const answerOf = new Map(test.map((face, row) => [blocks.records[face].path, labels[row]]));
  return frames.map(({ path }) => answerOf.get(path) ?? '-').join('');
}

/** Computes a hash of a job and the faces of its split: 16 hexadecimal digits. */
function fingerprint(
  { model, condition, split, seed, epochs }: EvidenceJob,
  blocks: BlockSet,
  parts: readonly (readonly number[])[],
): string {
  // The hash does not depend on the order of the job's fields.
  const named = { model, condition, split, seed, epochs };
  const hash = createHash('sha256').update(JSON.stringify([RUNS_VERSION, named]));
  const shown = ['eyes', 'mouth', 'landmarks', 'boxes'] as const;
  const inputs = condition === 'with-face' ? ([...shown, 'face'] as const) : shown;
  for (const faces of parts) hash.update(fingerprintFaces(blocks, faces, inputs));
  return hash.digest('hex').slice(0, 16);
}
