import path from 'node:path';
import { generateCharacter, readSample, writeSample } from '../../characters';
import type { BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import type { Dataset } from '../../datasets/dataset';
import { readFerg } from '../../datasets/ferg';
import { concatBlocks } from '../../faces/store/rows';
import { homePath, projectRoot } from '../../files/project';
import { startEngine } from '../../tensor/backend';
import { applyCondition, type BlockCondition } from '../block-conditions';
import { openDataset, preprocessDataset } from '../open-dataset';
import { loadEvidence, mapStudies, STUDIES } from './evidence-archive';
import type { AttributionRun, Evidence, EvidenceRun, Study } from './evidence-archive';
import { runAttribution } from './attribution';
import { runCorruptions } from './corruptions';
import { buildLearners } from './learners';
import { runJob, type RunContext } from './run-jobs';
import { buildSplits, CHARACTER_SETS, type CharacterSet } from './splits';
import { EVIDENCE_SIZES, planJobs, type EvidenceSize } from './training-plans';

/** Options of {@link openEvidence}. */
interface EvidenceOptions {
  /** Default all; the other studies have no runs. */
  readonly studies?: readonly Study[];
  /** Default all; runs of other models are left out. */
  readonly models?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with messages about the progress. */
  readonly print?: (line: string) => void;
}

/**
 * Opens the evidence. Runs of studies are cached, so that a stopped call resumes.
 * @param options.environment `EVIDENCE`: `committed` (default) loads the committed predictions; `full` runs all studies,
 *   a quarter of an hour on two cores; `small` runs them at a small size, in minutes. `FERG_DIR`: FERG-DB in place of the
 *   six drawn characters; the default is then `full`.
 * @returns the evidence, with probabilities only for runs whose calibration is measured
 * @throws RangeError for another value of EVIDENCE
 */
export async function openEvidence(options: EvidenceOptions): Promise<Evidence> {
  const { EVIDENCE, FERG_DIR } = options.environment;
  const kind = EVIDENCE || (FERG_DIR ? 'full' : 'committed');
  if (kind === 'committed') return loadEvidence();
  if (kind === 'full' || kind === 'small') return runStudies(EVIDENCE_SIZES[kind], options);
  throw new RangeError(`Expected committed, full or small for EVIDENCE but received ${kind}`);
}

async function runStudies(
  size: EvidenceSize,
  { studies = STUDIES, models, environment, print = () => undefined }: EvidenceOptions,
): Promise<Evidence> {
  await startEngine();
  const sets = CHARACTER_SETS.slice(0, studies.includes('unseen') ? 3 : studies.includes('growth') ? 2 : 1);
  const { blocks, records, imageOf } = await openSets(sets, size, environment.FERG_DIR, print);
  const splits = buildSplits(records, size.shares);
  const plan = planJobs(splits, size.epochs);
  const made = new Map<BlockCondition, Promise<BlockSet>>();
  const context: RunContext = {
    size: size.name,
    records,
    imageOf,
    splits,
    print,
    blocksOf: (condition) => {
      const known = made.get(condition) ?? applyCondition(condition, { blocks, imageOf });
      made.set(condition, known);
      return known;
    },
    learners: buildLearners(imageOf),
    kept: plan.kept,
  };
  const runs = mapStudies((): EvidenceRun[] => []);
  for (const study of STUDIES.filter((one) => studies.includes(one)))
    for (const job of plan.studies[study])
      if (!models || models.includes(job.model))
        runs[study].push(dropProbabilities(await runJob(job, context), study));
  // Corruptions and attribution cover all models together; they are skipped if only some models are run.
  const isWhole = (study: Study) => !models && studies.includes(study);
  const corruptions = isWhole('protocols')
    ? await runCorruptions(plan.corruptions, context, size.corruptedImages)
    : [];
  const attribution: AttributionRun[] = [];
  for (const job of isWhole('attention') ? plan.attribution : [])
    attribution.push(await runAttribution(job, context));
  return { records, splits, runs, attribution, corruptions };
}

/** Drops the probabilities of a run unless its calibration is measured. */
function dropProbabilities(run: EvidenceRun, study: Study): EvidenceRun {
  const isCalibrated = study === 'protocols' && ['tergat', 'compact'].includes(run.model) && run.seed === 1;
  return isCalibrated ? run : { ...run, probabilities: '', validation: '' };
}

/**
 * Opens sets of characters and detects their faces; drawn images and detected faces are cached.
 * @param ferg FERG-DB's folder, in place of the six drawn characters
 * @returns all frames, with paths that begin with the name of their set, the faces found in them, and a function that
 *   returns the absolute path of a frame's image
 */
async function openSets(
  sets: readonly CharacterSet[],
  size: EvidenceSize,
  ferg: string | undefined,
  print: (line: string) => void,
) {
  const files = new Map<string, string>();
  const records: FrameRecord[] = [];
  const parts: BlockSet[] = [];
  for (const set of sets) {
    const dataset = await openSet(set, size, ferg);
    print(`${set}: ${dataset.records.length} frames of ${dataset.name}; finding faces`);
    const { blocks } = await preprocessDataset({ ...dataset, fixedMargin: true }, DEFAULT_EXPERIMENT);
    const inSet = (record: FrameRecord) => ({ ...record, path: `${set}/${record.path}` });
    for (const record of dataset.records)
      files.set(inSet(record).path, path.join(dataset.directory, record.path));
    records.push(...dataset.records.map(inSet));
    const skipped = blocks.skipped.map((frame) => ({ ...frame, record: inSet(frame.record) }));
    parts.push({ ...blocks, records: blocks.records.map(inSet), skipped });
  }
  return { records, blocks: concatBlocks(parts), imageOf: (record: FrameRecord) => files.get(record.path)! };
}

async function openSet(set: CharacterSet, size: EvidenceSize, ferg: string | undefined): Promise<Dataset> {
  if (set === 'six' && ferg) return readFerg(path.resolve(projectRoot(), ferg));
  const settings = size[set];
  if (!settings) return openDataset(DEFAULT_EXPERIMENT, {});
  const directory = homePath('data', 'cache', 'generated', `${set}-${size.name}`);
  const generated = 'count' in settings ? generateCharacters(settings) : undefined;
  await writeSample({ ...settings, characters: generated, directory });
  const name =
    'seed' in settings ? `characters generated from seed ${settings.seed}` : 'six drawn characters';
  return { name, synthetic: true, directory, records: await readSample(directory) };
}

/** Generates characters; their names, such as g11-003, contain the seed and sort in the order of the series. */
function generateCharacters({ seed, count }: { readonly seed: number; readonly count: number }) {
  return Array.from({ length: count }, (_, index) => ({
    ...generateCharacter(seed, index),
    name: `g${seed}-${String(index).padStart(3, '0')}`,
  }));
}
