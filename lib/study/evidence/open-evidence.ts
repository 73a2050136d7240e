import type { BlockSet } from '../../core/blocks';
import { startEngine } from '../../tensor/backend';
import { showBlocks, type ShownBlocks } from '../shown-blocks';
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
import { planHardImages, runHardImages } from './hard-images';
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
import { runJobs, type RunContext, type RunTask } from './runs';
import { EVIDENCE_SIZES, type EvidenceEpochs, type EvidenceSize } from './sizes';
import { buildSplits, type EvidenceSplits } from './splits';
import { planUnseen } from './unseen';

/** Which sets each study needs, and how its runs are planned. */
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

/** What of the evidence is opened. */
export interface EvidenceOptions {
  /** Default all; what is left out has no runs. */
  readonly studies?: readonly Study[];
  /** `FERG_DIR` takes the place of the six drawn characters. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Is told what is run. */
  readonly print?: (line: string) => void;
}

/**
 * Opens the evidence that a notebook reads.
 * @param options.environment `EVIDENCE`: `committed` (default) reads the committed predictions; `full` runs what is not
 *   in the cache, which takes a quarter of an hour on two cores; `small` runs everything at a small size, in minutes, to
 *   check that everything runs. `FERG_DIR` runs it on FERG-DB in place of the six drawn characters.
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
 * Runs studies; what was run before on the same data is reused, so that a stopped run goes on.
 * @param options.models default all; the runs of others are left out
 * @returns what is committed of it: probabilities of those models alone whose calibration is measured
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
    runs[study] = (await runJobs(jobs, context)).map((run) => slim(run, study));
  }
  // Both are of all models together, and stay as they are when some are run anew.
  const attributed = !models && studies.includes('attention') ? planAttribution(splits, size.epochs) : [];
  const corrupted = !models && studies.includes('protocols') ? [planHardImages(size.epochs)] : [];
  const hardImages = corrupted.map((job) => runHardImages(job, context, { data, most: size.hardImages }));
  return {
    records: data.records,
    splits,
    runs,
    hardImages: (await Promise.all(hardImages)).flat(),
    attribution: await runAttribution(attributed, context),
  };
}

/** Drops the probabilities of runs whose calibration is not measured. */
function slim(run: EvidenceRun, study: Study): EvidenceRun {
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
  const made = new Map<string, Promise<BlockSet>>();
  const blocksOf = (condition: string) => {
    const blocks = made.get(condition) ?? showBlocks(condition as ShownBlocks, data);
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
  if (isFormName(model)) return networkLearner(FORMS[model], isAskedAgain(job, splits));
  const known = ['majority', 'nearest', 'faceapi', 'shipped', ...Object.keys(FORMS)].join(', ');
  throw new RangeError(`Expected one of ${known} for model but received ${model}`);
}

/**
 * Tells whether a trained network is kept: TerGat of the first split of frames is asked about the final characters too,
 * and attribution asks others.
 */
function isAskedAgain({ model, condition, split, seed }: EvidenceJob, splits: EvidenceSplits): boolean {
  if (seed !== 1) return false;
  if (model === 'learned') return split === MAPPED_SPLIT;
  if (condition !== 'correct') return false;
  if (model === 'tergat') return ['frames-1', 'final-original', MAPPED_SPLIT].includes(split);
  return model === 'compact' && (split === MAPPED_SPLIT || splits.get(split)!.protocol === 'characters');
}
