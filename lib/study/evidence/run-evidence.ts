import type { BlockSet } from '../../core/blocks';
import type { Split } from '../../core/split';
import { startEngine } from '../../engine/tensorflow';
import { applyCondition, type Condition } from './conditions';
import { runCoverage, type CoverageRun } from './coverage';
import { expressionLearner } from './expression-learner';
import { EVIDENCE_SIZES, openEvidenceData, type EvidenceData, type EvidenceSet } from './data';
import { FORMS, isFormName, majorityLearner, nearestLearner, networkLearner, type Learner } from './learners';
import {
  EVIDENCE_EPOCHS,
  planAblation,
  planAttention,
  planCoverage,
  planFinal,
  planGrowth,
  planLadder,
  planLooks,
} from './plan';
import { runLooks, type LookRun } from './looks';
import { runJobs, type EvidenceJob, type EvidenceRun, type RunContext, type RunTask } from './runs';
import { buildSplits, type DevelopmentShares } from './splits';
import { shippedLearner } from './shipped-learner';

/** The studies that evidence consists of, in the order in which they are run. */
export const STUDIES = ['ladder', 'ablation', 'attention', 'growth', 'final'] as const;

/** One of {@link STUDIES}. */
export type Study = (typeof STUDIES)[number];

/** How the development characters are dealt, by size. */
const SHARES: Readonly<Record<'full' | 'small', DevelopmentShares>> = {
  full: { train: 100, validation: 8 },
  small: { train: 6, validation: 3 },
};

/** Which sets each study needs. */
const SETS: Readonly<Record<Study, readonly EvidenceSet[]>> = {
  ladder: ['six'],
  ablation: ['six'],
  attention: ['six'],
  growth: ['six', 'development'],
  final: ['six', 'development', 'final'],
};

/** Evidence as it was run. */
export interface EvidenceResult {
  readonly data: EvidenceData;
  readonly splits: ReadonlyMap<string, Split>;
  readonly runs: Readonly<Record<Study, readonly EvidenceRun[]>>;
  /** Where networks of the study `attention` look. */
  readonly looks: readonly LookRun[];
  /** Answers about images made hard, with the study `ladder`. */
  readonly coverage: readonly CoverageRun[];
}

/**
 * Runs studies; what was run before on the same data is reused, so that a stopped run goes on.
 * @param options.studies default all; what is left out has no runs
 * @param options.environment `FERG_DIR` takes the place of the six drawn characters
 */
export async function runEvidence(options: {
  readonly size: 'full' | 'small';
  readonly studies?: readonly Study[];
  /** Default all; the runs of others are left out. */
  readonly models?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
}): Promise<EvidenceResult> {
  const { size, studies = STUDIES, models, environment, print } = options;
  await startEngine();
  const sets = SETS[STUDIES.filter((study) => studies.includes(study)).at(-1) ?? 'ladder'];
  const data = await openEvidenceData({ size: EVIDENCE_SIZES[size], sets, environment, print });
  const splits = buildSplits(data, SHARES[size]);
  const context = buildContext({ size, data, splits, print });
  const epochs = EVIDENCE_EPOCHS[size];
  const plans: Record<Study, () => EvidenceJob[]> = {
    ladder: () => planLadder(splits, epochs),
    ablation: () => planAblation(splits, epochs),
    attention: () => planAttention(splits, epochs),
    growth: () => planGrowth(splits, epochs),
    final: () => planFinal(epochs),
  };
  const isAsked = ({ model }: EvidenceJob) => models?.includes(model) ?? true;
  const runs = Object.fromEntries(STUDIES.map((study) => [study, []])) as unknown as Record<
    Study,
    EvidenceRun[]
  >;
  for (const study of STUDIES.filter((name) => studies.includes(name)))
    runs[study] = await runJobs(plans[study]().filter(isAsked), context);
  // Both are of all models together, and stay as they are when some are run anew.
  const looks = !models && studies.includes('attention') ? planLooks(splits, epochs) : [];
  const hard = !models && studies.includes('ladder') ? [planCoverage(epochs)] : [];
  const coverage = await Promise.all(hard.map((job) => runCoverage(job, context, data)));
  return { data, splits, runs, looks: await runLooks(looks, context), coverage: coverage.flat() };
}

function buildContext(parts: {
  readonly size: string;
  readonly data: EvidenceData;
  readonly splits: ReadonlyMap<string, Split>;
  readonly print: (line: string) => void;
}): RunContext {
  const { data } = parts;
  const made = new Map<string, Promise<BlockSet>>();
  const blocksOf = (condition: string) => {
    const blocks = made.get(condition) ?? applyCondition(condition as Condition, data);
    made.set(condition, blocks);
    return blocks;
  };
  const faceapi = expressionLearner(data);
  const learn = (job: EvidenceJob, task: RunTask) => {
    const learner = job.model === 'faceapi' ? faceapi : learnerOf(job);
    return learner({ ...task, seed: job.seed, epochs: job.epochs });
  };
  return { ...parts, records: data.records, blocksOf, learn };
}

function learnerOf(job: EvidenceJob): Learner {
  const { model } = job;
  if (model === 'majority') return majorityLearner;
  if (model === 'nearest') return nearestLearner;
  if (model === 'shipped') return shippedLearner;
  if (isFormName(model)) return networkLearner(FORMS[model], isAskedAgain(job));
  const known = ['majority', 'nearest', 'faceapi', 'shipped', ...Object.keys(FORMS)].join(', ');
  throw new RangeError(`Expected one of ${known} for model but received ${model}`);
}

/**
 * TerGat of the ladder's first split is asked about the final characters too; where some others look is looked at.
 */
function isAskedAgain({ model, condition, split, seed }: EvidenceJob): boolean {
  if (seed !== 1) return false;
  if (model === 'tergat') return condition === 'correct' && /^(frames-1|final-original|clips-1)$/.test(split);
  if (model === 'compact') return condition === 'correct' && /^(clips-1|character-.*)$/.test(split);
  return model === 'learned' && split === 'clips-1';
}
