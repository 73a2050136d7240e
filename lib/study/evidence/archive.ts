import fs from 'node:fs';
import path from 'node:path';
import { toCsv } from '../../core/csv';
import { isEmotion, type Emotion } from '../../core/emotions';
import { type FrameRecord, SPLIT_PARTS } from '../../core/record';
import type { SplitName } from '../../core/split';
import { projectRoot } from '../../files/project';
import { packPositions, readPacked, unpackPositions, writePacked } from '../packed-files';
import type { BlockCondition } from '../block-conditions';
import { describeSplit, type EvidenceSplit, type EvidenceSplits, type SplitId } from './splits';

/** Names of the studies in the order in which they are run. */
export const STUDIES = ['protocols', 'ablation', 'attention', 'growth', 'unseen'] as const;

/** One of {@link STUDIES}. */
export type Study = (typeof STUDIES)[number];

/** A run to be made: one learner on one split. */
export interface EvidenceJob {
  readonly model: string;
  /** Inputs of the learner; `correct`: both blocks, unchanged. */
  readonly condition: BlockCondition;
  readonly split: SplitId;
  readonly seed: number;
  /** 0 without training. */
  readonly epochs: number;
}

/** Answers of a run, as they are committed. */
export interface EvidenceRun extends EvidenceJob {
  /** Epoch with the best validation accuracy; 0 without training. */
  readonly bestEpoch: number;
  /** A label id for each frame of the test set, ascending; `-` if the store or the learner found no face. */
  readonly answers: string;
  /** Packed probabilities of the found test faces, [found, 7]; empty unless calibration is measured. */
  readonly probabilities: string;
  /** The same of the found validation faces. */
  readonly validation: string;
  /** Distance of each found test face to the nearest training face, if the model measures it. */
  readonly distances?: readonly number[];
}

/** Answers of a trained network after some pixels were deleted. */
export interface DeletionResult {
  /** Attribution method that ranked the pixels; `random` is the control. */
  readonly mark: 'gradients' | 'occlusion' | 'random';
  /** Order of deletion: the most or the least important pixels first. */
  readonly first: 'most' | 'least';
  /** Deleted share of both blocks' pixels, 0 to 1. */
  readonly share: number;
  /** A label id for each frame of the test set, as in a run. */
  readonly answers: string;
}

/** A mean map over the test faces of one expression. */
export interface AttributionMap {
  /** `picture`: mean grey levels; an attribution method; or `attention`: the network's own attention map. */
  readonly of: 'picture' | 'gradients' | 'occlusion' | 'attention';
  /** Name of the input or of the attention map. */
  readonly part: string;
  readonly emotion: Emotion;
  /** Bytes in base64, [size, size]; 255 is the maximum over all maps with the same `of`. */
  readonly values: string;
}

/** Attribution maps of one trained network, and the deletion test of them. */
export interface AttributionRun extends EvidenceJob {
  readonly removals: readonly DeletionResult[];
  /** Empty for all splits but one by clips. */
  readonly maps: readonly AttributionMap[];
}

/** Answers of a network for corrupted copies of some test images. */
export interface CorruptionRun extends EvidenceJob {
  /** The corruption. */
  readonly kind: 'dark' | 'blurred' | 'small' | 'covered';
  /** Positions of the copied frames in the records, ascending. */
  readonly frames: readonly number[];
  /** A label id for each of the frames; `-` without a found face. */
  readonly answers: string;
  /** The same, but missed faces are cut at the mean boxes of the training set. */
  readonly fallback: string;
}

/** The evidence as it is committed; every figure and table is computed from it. */
export interface Evidence {
  /** All frames; a path begins with the name of its set of characters. */
  readonly records: readonly FrameRecord[];
  readonly splits: EvidenceSplits;
  readonly runs: Readonly<Record<Study, readonly EvidenceRun[]>>;
  readonly attribution: readonly AttributionRun[];
  readonly corruptions: readonly CorruptionRun[];
}

/** Formats a job for file names and logs. */
export function nameJob({ model, condition, split, seed, epochs }: EvidenceJob): string {
  return `${model}_${condition}_${split}_${seed}_${epochs}`;
}

/** Replaces runs by new runs of the same jobs on the same frames and splits. */
export function withRuns(evidence: Evidence, anew: Pick<Evidence, 'runs'>): Evidence {
  const replaced = STUDIES.map((study) => {
    const made = new Map(anew.runs[study].map((run) => [nameJob(run), run]));
    return [study, evidence.runs[study].map((run) => made.get(nameJob(run)) ?? run)];
  });
  return { ...evidence, runs: Object.fromEntries(replaced) as Evidence['runs'] };
}

/** Returns the directory of the committed evidence. */
export function evidenceDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'evidence');
}

/**
 * Saves evidence: frames.csv.gz, splits.json.gz, one file of runs a study, attribution.json.gz and hard-images.json.gz.
 * @param directory created if missing
 */
export function saveEvidence(directory: string, evidence: Evidence): void {
  const { records, splits, runs, attribution, corruptions } = evidence;
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) => writePacked(directory, name, text);
  const rows = records.map(({ path: file, character, emotion, clip = '' }) => [
    file,
    character,
    emotion,
    clip,
  ]);
  write('frames.csv', toCsv([['path', 'character', 'emotion', 'clip'], ...rows]));
  const manifests = [...splits].map(([id, split]) => [
    id,
    {
      name: split.name,
      ...Object.fromEntries(SPLIT_PARTS.map((side) => [side, packPositions(split[side])])),
    },
  ]);
  write('splits.json', JSON.stringify(Object.fromEntries(manifests)));
  for (const study of STUDIES) write(`${study}.json`, JSON.stringify(runs[study]));
  write('attribution.json', JSON.stringify(attribution));
  write('hard-images.json', JSON.stringify(corruptions));
}

/**
 * Loads what {@link saveEvidence} saved.
 * @param directory default {@link evidenceDirectory}
 * @throws Error when a file is missing; RangeError for invalid contents
 */
export function loadEvidence(directory = evidenceDirectory()): Evidence {
  const read = (name: string) => readPacked(directory, name);
  const manifests = Object.entries(JSON.parse(read('splits.json')) as Record<SplitId, SplitManifest>);
  const runs = STUDIES.map((study) => [study, JSON.parse(read(`${study}.json`))]);
  return {
    records: parseFrames(read('frames.csv')),
    splits: new Map(manifests.map(([id, manifest]) => [id as SplitId, readSplit(id as SplitId, manifest)])),
    runs: Object.fromEntries(runs) as Evidence['runs'],
    attribution: JSON.parse(read('attribution.json')) as AttributionRun[],
    corruptions: JSON.parse(read('hard-images.json')) as CorruptionRun[],
  };
}

/**
 * Parses frames.csv; its fields contain no comma and no quote.
 * @throws RangeError for an unknown emotion
 */
export function parseFrames(table: string): FrameRecord[] {
  const [, ...lines] = table.trimEnd().split('\r\n');
  return lines.map((line) => {
    const [file, character, emotion, clip] = line.split(',');
    if (!isEmotion(emotion))
      throw new RangeError(`Expected an emotion for a line of frames.csv.gz but received ${line}`);
    return { path: file, character, emotion, ...(clip ? { clip } : {}) };
  });
}

type SplitManifest = Readonly<Record<'train' | 'validation' | 'test', string>> & { readonly name: SplitName };

function readSplit(id: SplitId, { name, train, validation, test }: SplitManifest): EvidenceSplit {
  const [first, second, third] = [train, validation, test].map(unpackPositions);
  return describeSplit(id, { name, train: first, validation: second, test: third });
}
