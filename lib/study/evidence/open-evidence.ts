import type { BlockSet } from '../../core/blocks';
import { startEngine } from '../../tensor/backend';
import { applyCondition, type BlockCondition } from '../block-conditions';
import { planAblation } from './ablation';
import {
  loadEvidence,
  STUDIES,
  type Evidence,
  type EvidenceJob,
  type EvidenceRun,
  type Study,
} from './archive';
import { planAttention } from './attention';
import { MAPPED_SPLIT, planAttribution, runAttribution } from './attribution';
import { openEvidenceData, type CharacterSet, type EvidenceData } from './character-sets';
import { planGrowth } from './growth';
import { planCorruptions, runCorruptions } from './corruptions';
import {
  drawnModelLearner,
  faceApiLearner,
  FORMS,
  isFormName,
  majorityLearner,
  nearestLearner,
  networkLearner,
  type Learner,
} from './learners';
import { planProtocols } from './protocols';
import { runJobs, type RunContext, type RunTask } from './run-jobs';
import { EVIDENCE_SIZES, type EvidenceEpochs, type EvidenceSize } from './sizes';
import { buildSplits, type EvidenceSplits } from './splits';
import { planUnseen } from './unseen';

/** The sets of characters and the plan of each study. */
const PLANS: Readonly<
  Record<
    Study,
    {
      readonly sets: readonly CharacterSet[];
      readonly plan: (splits: EvidenceSplits, epochs: EvidenceEpochs) => EvidenceJob[];
    }
  >
> = {
  protocols: { sets: ['six'], plan: planProtocols },
  ablation: { sets: ['six'], plan: planAblation },
  attention: { sets: ['six'], plan: planAttention },
  growth: { sets: ['six', 'development'], plan: planGrowth },
  unseen: { sets: ['six', 'development', 'final'], plan: (_, epochs) => planUnseen(epochs) },
};

/** Options of {@link openEvidence} and {@link runEvidence}. */
interface EvidenceOptions {
  /** Default all; the other studies have no runs. */
  readonly studies?: readonly Study[];
  /** `FERG_DIR`: FERG-DB in place of the six drawn characters. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with messages about the progress. */
  readonly print?: (line: string) => void;
}

/**
 * Opens the evidence for a notebook.
 * @param options.environment `EVIDENCE`: `committed` (default) loads the committed predictions; `full` runs all studies,
 *   a quarter of an hour on two cores; `small` runs them at a small size, in minutes. With `FERG_DIR` the default is `full`.
 * @throws RangeError for another value of EVIDENCE
 */
export async function openEvidence(options: EvidenceOptions): Promise<Evidence> {
  const { EVIDENCE, FERG_DIR } = options.environment;
  const kind = EVIDENCE || (FERG_DIR ? 'full' : 'committed');
  if (kind === 'committed') return loadEvidence();
  if (kind === 'full' || kind === 'small') return runEvidence({ ...options, size: kind });
  throw new RangeError(`Expected committed, full or small for EVIDENCE but received ${kind}`);
}

/**
 * Runs studies; cached runs on the same data are reused, so that a stopped call resumes.
 * @param options.models default all; runs of other models are left out
 * @returns the evidence, with probabilities only for runs whose calibration is measured
 */
export async function runEvidence(
  options: EvidenceOptions & { readonly size: EvidenceSize['name']; readonly models?: readonly string[] },
): Promise<Evidence> {
  const { studies = STUDIES, models, environment, print = () => undefined } = options;
  const size = EVIDENCE_SIZES[options.size];
  await startEngine();
  const chosen = STUDIES.filter((study) => studies.includes(study));
  const { sets } = PLANS[chosen.at(-1) ?? 'protocols'];
  const data = await openEvidenceData({ size, sets, environment, print });
  const splits = buildSplits(data, size.shares);
  const context = buildContext({ size: size.name, data, splits, print });
  const isAsked = ({ model }: EvidenceJob) => models?.includes(model) ?? true;
  const runs = Object.fromEntries(STUDIES.map((study) => [study, [] as EvidenceRun[]])) as Record<
    Study,
    EvidenceRun[]
  >;
  for (const study of chosen) {
    const jobs = PLANS[study].plan(splits, size.epochs).filter(isAsked);
    runs[study] = (await runJobs(jobs, context)).map((run) => dropProbabilities(run, study));
  }
  // These cover all models together and are skipped if only some models are run.
  const attributed = !models && studies.includes('attention') ? planAttribution(splits, size.epochs) : [];
  const corrupted = !models && studies.includes('protocols') ? [planCorruptions(size.epochs)] : [];
  const corruptions = corrupted.map((job) =>
    runCorruptions(job, context, { data, most: size.corruptedImages }),
  );
  return {
    records: data.records,
    splits,
    runs,
    corruptions: (await Promise.all(corruptions)).flat(),
    attribution: await runAttribution(attributed, context),
  };
}

/** Drops the probabilities of a run unless its calibration is measured. */
function dropProbabilities(run: EvidenceRun, study: Study): EvidenceRun {
  const isCalibrated = study === 'protocols' && ['tergat', 'compact'].includes(run.model) && run.seed === 1;
  return isCalibrated ? run : { ...run, probabilities: '', validation: '' };
}

function buildContext(parts: {
  readonly size: string;
  readonly data: EvidenceData;
  readonly splits: EvidenceSplits;
  readonly print: (line: string) => void;
}): RunContext {
  const { data } = parts;
  const made = new Map<BlockCondition, Promise<BlockSet>>();
  const blocksOf = (condition: BlockCondition) => {
    const blocks = made.get(condition) ?? applyCondition(condition, data);
    made.set(condition, blocks);
    return blocks;
  };
  const faceapi = faceApiLearner(data.imageOf);
  const learn = (job: EvidenceJob, task: RunTask) => {
    const learner = job.model === 'faceapi' ? faceapi : learnerOf(job, parts.splits);
    return learner({ ...task, seed: job.seed, epochs: job.epochs });
  };
  return { ...parts, records: data.records, blocksOf, learn };
}

function learnerOf(job: EvidenceJob, splits: EvidenceSplits): Learner {
  const { model } = job;
  if (model === 'majority') return majorityLearner;
  if (model === 'nearest') return nearestLearner;
  if (model === 'shipped') return drawnModelLearner;
  if (isFormName(model)) return networkLearner(FORMS[model], isNeededAgain(job, splits));
  const known = ['majority', 'nearest', 'faceapi', 'shipped', ...Object.keys(FORMS)].join(', ');
  throw new RangeError(`Expected one of ${known} for model but received ${model}`);
}

/**
 * Returns true if a trained network is needed again: TerGat of the first split by frames for the final characters, others
 * for attribution.
 */
function isNeededAgain({ model, condition, split, seed }: EvidenceJob, splits: EvidenceSplits): boolean {
  if (seed !== 1) return false;
  if (model === 'learned') return split === MAPPED_SPLIT;
  if (condition !== 'correct') return false;
  if (model === 'tergat') return ['frames-1', 'final-original', MAPPED_SPLIT].includes(split);
  return model === 'compact' && (split === MAPPED_SPLIT || splits.get(split)!.protocol === 'characters');
}
