import fs from 'node:fs';
import { parseCsv, toCsv } from '../../core/csv';
import { isEmotion, type Emotion } from '../../core/emotions';
import { mapParts, type FrameRecord, type SplitPart } from '../../core/record';
import type { SplitName } from '../../core/split';
import type { BlockCondition } from '../block-conditions';
import { packPositions, readPacked, studyDirectory, unpackPositions, writePacked } from '../committed-files';
import { describeSplit, type EvidenceSplits } from './splits';

/** Names of the studies in the order in which they are run. */
export const STUDIES = ['protocols', 'ablation', 'attention', 'growth', 'unseen'] as const;

/** One of {@link STUDIES}. */
export type Study = (typeof STUDIES)[number];

/** A run to be made: one learner on one split. */
export interface EvidenceJob {
  readonly model: string;
  /** Inputs of the learner; `correct`: both blocks, unchanged. */
  readonly condition: BlockCondition;
  readonly split: string;
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
  const replace = (study: Study) => {
    const made = new Map(anew.runs[study].map((run) => [nameJob(run), run]));
    return evidence.runs[study].map((run) => made.get(nameJob(run)) ?? run);
  };
  return { ...evidence, runs: mapStudies(replace) };
}

/** Makes an object with a value for each study. */
export function mapStudies<T>(valueOf: (study: Study) => T): Record<Study, T> {
  return Object.fromEntries(STUDIES.map((study) => [study, valueOf(study)])) as Record<Study, T>;
}

/**
 * Saves evidence: frames.csv.gz, splits.json.gz, one file of runs per study, attribution.json.gz and
 * hard-images.json.gz.
 * @param directory created if missing
 */
export function saveEvidence(
  { records, splits, runs, attribution, corruptions }: Evidence,
  directory = studyDirectory('evidence'),
): void {
  fs.mkdirSync(directory, { recursive: true });
  const rows = records.map((record) => FRAME_COLUMNS.map((column) => record[column] ?? ''));
  writePacked(directory, 'frames.csv', toCsv([FRAME_COLUMNS, ...rows]));
  const packed = Array.from(splits, ([id, split]) => {
    return [id, { name: split.name, ...mapParts(split, packPositions) }];
  });
  const files = { splits: Object.fromEntries(packed), ...runs, attribution, [CORRUPTIONS_FILE]: corruptions };
  for (const [name, content] of Object.entries(files))
    writePacked(directory, `${name}.json`, JSON.stringify(content));
}

/**
 * Loads what {@link saveEvidence} saved.
 * @throws Error when a file is missing; RangeError for invalid contents
 */
export function loadEvidence(directory = studyDirectory('evidence')): Evidence {
  const read = <T>(name: string) => JSON.parse(readPacked(directory, `${name}.json`)) as T;
  const splits = Object.entries(read<Record<string, PackedSplit>>('splits')).map(([id, split]) =>
    describeSplit(id, { name: split.name, ...mapParts(split, unpackPositions) }),
  );
  return {
    records: parseFrames(readPacked(directory, 'frames.csv')),
    splits: new Map(splits.map((split) => [split.id, split])),
    runs: mapStudies((study) => read<EvidenceRun[]>(study)),
    attribution: read('attribution'),
    corruptions: read(CORRUPTIONS_FILE),
  };
}

const CORRUPTIONS_FILE = 'hard-images';
const FRAME_COLUMNS = ['path', 'character', 'emotion', 'clip'] as const;

type PackedSplit = Readonly<Record<SplitPart, string>> & { readonly name: SplitName };

/**
 * Parses frames.csv.
 * @throws RangeError for an unknown emotion, or a field that is quoted wrongly
 */
export function parseFrames(table: string): FrameRecord[] {
  const [, ...rows] = parseCsv(table);
  return rows.map(([file, character, emotion, clip]) => {
    if (!isEmotion(emotion))
      throw new RangeError(`Expected an emotion for ${file} in frames.csv.gz but received ${emotion}`);
    return { path: file, character, emotion, ...(clip && { clip }) };
  });
}
