import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet, FaceSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import { predictedLabels } from '../../core/metrics';
import { type FrameRecord, SPLIT_PARTS } from '../../core/record';
import { homePath } from '../../files/project';
import { saveWhole } from '../../files/whole-file';
import type { BlockCondition } from '../block-conditions';
import { facesOfSplit } from '../faces-of-split';
import { fingerprintFaces } from '../fingerprint';
import { packProbabilities } from '../packed-files';
import { nameJob, type EvidenceJob, type EvidenceRun } from './archive';
import type { LearnerAnswers } from './learners';
import type { EvidenceSplits } from './splits';

/** Increment when a learner or a condition changes under the same name. */
const RUNS_VERSION = 3;

/** Data and functions of all runs. */
export interface RunContext {
  /** Name of the size; its cache is a directory of its own. */
  readonly size: string;
  readonly records: readonly FrameRecord[];
  /** Returns the blocks of a condition. */
  readonly blocksOf: (condition: BlockCondition) => Promise<BlockSet>;
  readonly splits: EvidenceSplits;
  readonly learn: (job: EvidenceJob, task: RunTask) => Promise<LearnerAnswers>;
  readonly print: (line: string) => void;
}

/** The found faces of a split, as positions in the block set. */
export interface RunTask {
  readonly blocks: BlockSet;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/**
 * Runs jobs one after the other; runs are cached in data/cache/evidence, so that a stopped call resumes.
 */
export async function runJobs(jobs: readonly EvidenceJob[], context: RunContext): Promise<EvidenceRun[]> {
  const runs: EvidenceRun[] = [];
  for (const job of jobs) runs.push(await runJob(job, context));
  return runs;
}

async function runJob(job: EvidenceJob, context: RunContext): Promise<EvidenceRun> {
  return runOnce(job, context, async (task) => {
    const learned = await context.learn(job, task);
    const answers = encodeAnswers(context.splits.get(job.split)!.test, context, {
      ...task,
      labels: labelsOf(learned.test),
    });
    return { ...job, ...pack(learned), answers };
  });
}

/**
 * Finds the faces of a job's split.
 * @throws RangeError for an unknown split
 */
async function openTask(
  job: EvidenceJob,
  context: Pick<RunContext, 'records' | 'blocksOf' | 'splits'>,
): Promise<RunTask> {
  const split = context.splits.get(job.split);
  if (!split) throw new RangeError(`Expected the name of a split for split but received ${job.split}`);
  const blocks = await context.blocksOf(job.condition);
  const sides = facesOfSplit(split, context.records, blocks);
  const [train, validation, test] = SPLIT_PARTS.map((side) => sides[side].faces);
  return { blocks, train, validation, test };
}

/**
 * Computes a result of a job, or reads it from data/cache/evidence if it was computed on the same faces.
 * @param prefix of the file name, for results other than runs
 */
export async function runOnce<T>(
  job: EvidenceJob,
  context: RunContext,
  make: (task: RunTask) => Promise<T>,
  prefix = '',
): Promise<T> {
  const task = await openTask(job, context);
  const name = `${prefix}${nameJob(job)}`;
  const file = path.join(cacheDirectory(context.size), `${name}-${fingerprint(job, task)}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
  const started = performance.now();
  const result = await make(task);
  await saveWhole(file, JSON.stringify(result));
  context.print(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return result;
}

/** Returns the label with the highest probability of each row; undefined for a row of zeros. */
function labelsOf(probabilities: Float32Array): (number | undefined)[] {
  return Array.from(predictedLabels(probabilities), (label, row) =>
    probabilities[EMOTIONS.length * row + label] > 0 ? label : undefined,
  );
}

function pack({ test, validation, bestEpoch, distances }: LearnerAnswers) {
  return {
    bestEpoch,
    probabilities: packProbabilities(test),
    validation: packProbabilities(validation),
    ...(distances && { distances: Array.from(distances, (value) => Math.round(100 * value) / 100) }),
  };
}

/** Returns the cache directory of a size. */
export function cacheDirectory(size: string): string {
  return homePath('data', 'cache', 'evidence', size);
}

/**
 * Encodes the answers for the frames of a test set, as in {@link EvidenceRun}.
 * @param frames positions in the records
 * @param found the found test faces, and the label id of each; undefined for no answer
 */
export function encodeAnswers(
  frames: readonly number[],
  { records }: Pick<RunContext, 'records'>,
  found: Pick<RunTask, 'blocks' | 'test'> & { readonly labels: ArrayLike<number | undefined> },
): string {
  const { blocks, test, labels } = found;
  const answerOf = new Map(test.map((face, row) => [blocks.records[face].path, labels[row]]));
  return frames.map((frame) => answerOf.get(records[frame].path) ?? '-').join('');
}

/**
 * Computes a hash of a job and the faces of its split.
 * @returns 16 hexadecimal digits
 */
function fingerprint(job: EvidenceJob, { blocks, ...sides }: RunTask): string {
  const { model, condition, split, seed, epochs } = job;
  // The hash does not depend on the order of the job's fields.
  const named = { model, condition, split, seed, epochs };
  const hash = createHash('sha256').update(JSON.stringify([RUNS_VERSION, named]));
  const shown = ['eyes', 'mouth', 'landmarks', 'boxes'] as const;
  const inputs = (blocks as Partial<FaceSet>).faces ? ([...shown, 'face'] as const) : shown;
  for (const faces of Object.values(sides)) hash.update(fingerprintFaces(blocks, faces, inputs));
  return hash.digest('hex').slice(0, 16);
}
