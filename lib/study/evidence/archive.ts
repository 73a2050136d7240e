import fs from 'node:fs';
import path from 'node:path';
import { toCsv } from '../../core/csv';
import { isEmotion, type Emotion } from '../../core/emotions';
import { type FrameRecord, SPLIT_PARTS } from '../../core/record';
import type { SplitName } from '../../core/split';
import { projectRoot } from '../../files/project';
import { packPositions, readPacked, unpackPositions, writePacked } from '../packed-files';
import { describeSplit, type EvidenceSplit, type EvidenceSplits, type SplitId } from './splits';

/** The studies, in the order in which they are run. */
export const STUDIES = ['protocols', 'ablation', 'attention', 'growth', 'unseen'] as const;

/** One of {@link STUDIES}. */
export type Study = (typeof STUDIES)[number];

/** What is to be run: one learner on one split. */
export interface EvidenceJob {
  readonly model: string;
  /** What the learner is shown, `correct` for the blocks as they are. */
  readonly condition: string;
  readonly split: SplitId;
  readonly seed: number;
  /** 0 where nothing is trained. */
  readonly epochs: number;
}

/** What a run answered, small enough to be committed. */
export interface EvidenceRun extends EvidenceJob {
  /** The epoch that did best on the validation side; 0 where nothing is trained. */
  readonly bestEpoch: number;
  /** A label id for each frame of the test side, ascending; `-` where no face was found, by the store or the learner. */
  readonly answers: string;
  /** Packed probabilities of the found test faces, [found, 7]; empty where they are not kept. */
  readonly probabilities: string;
  /** Packed probabilities of the found validation faces, [found, 7]. */
  readonly validation: string;
  /** Distance of each found test face to the nearest training face, where the model measures it. */
  readonly distances?: readonly number[];
}

/** What a trained network answers when pixels are removed. */
export interface Removal {
  /** How pixels were ranked by importance; `random` ranks nothing. */
  readonly mark: 'gradients' | 'occlusion' | 'random';
  /** Which pixels are removed first, the most important or the least. */
  readonly first: 'most' | 'least';
  /** Share of both blocks' pixels that is removed. */
  readonly share: number;
  /** A label id for each frame of the test side, as in a run. */
  readonly answers: string;
}

/** A mean picture over the test faces of one expression. */
export interface AttributionMap {
  /** `picture`: the grey levels; else what made the map: an attribution method, or the network's own `attention`. */
  readonly of: 'picture' | 'gradients' | 'occlusion' | 'attention';
  /** Which of the pictures that the network sees, or which of its maps. */
  readonly part: string;
  readonly emotion: Emotion;
  /** Bytes in base64, [size, size], 255 the greatest of all maps `of` the same. */
  readonly values: string;
}

/** Attribution maps of one trained network, and the deletion test of them. */
export interface AttributionRun extends EvidenceJob {
  readonly removals: readonly Removal[];
  /** Empty but for the split by clips. */
  readonly maps: readonly AttributionMap[];
}

/** What a network answers about corrupted copies of some test images. */
export interface HardImagesRun extends EvidenceJob {
  /** The corruption. */
  readonly kind: 'dark' | 'blurred' | 'small' | 'covered';
  /** Positions of the copied frames in the records, ascending. */
  readonly frames: readonly number[];
  /** A label id for each of the frames; `-` where no face was found. */
  readonly answers: string;
  /** The same with the missed ones cut at the average places of training. */
  readonly fallback: string;
}

/** Evidence as it is committed: what every figure and table is computed from, and nothing else. */
export interface Evidence {
  /** All frames in their order; a path begins with the name of its set. */
  readonly records: readonly FrameRecord[];
  readonly splits: EvidenceSplits;
  readonly runs: Readonly<Record<Study, readonly EvidenceRun[]>>;
  readonly attribution: readonly AttributionRun[];
  readonly hardImages: readonly HardImagesRun[];
}

/** Names a job, for files and logs. */
export function nameJob({ model, condition, split, seed, epochs }: EvidenceJob): string {
  return `${model}_${condition}_${split}_${seed}_${epochs}`;
}

/** Puts the runs of some models, made anew on the same frames and splits, in the place of committed ones. */
export function withRuns(evidence: Evidence, anew: Pick<Evidence, 'runs'>): Evidence {
  const replaced = STUDIES.map((study) => {
    const made = new Map(anew.runs[study].map((run) => [nameJob(run), run]));
    return [study, evidence.runs[study].map((run) => made.get(nameJob(run)) ?? run)];
  });
  return { ...evidence, runs: Object.fromEntries(replaced) as Evidence['runs'] };
}

/** The folder of the committed predictions. */
export function evidenceDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'evidence');
}

/**
 * Saves evidence: frames.csv.gz, splits.json.gz, one file of runs a study, attribution.json.gz and hard-images.json.gz.
 * @param directory is made when it is missing
 */
export function saveEvidence(directory: string, evidence: Evidence): void {
  const { records, splits, runs, attribution, hardImages } = evidence;
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
  write('hard-images.json', JSON.stringify(hardImages));
}

/**
 * Loads what {@link saveEvidence} saved.
 * @param directory default the committed one
 * @throws Error when a file is missing, RangeError when one is broken
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
    hardImages: JSON.parse(read('hard-images.json')) as HardImagesRun[],
  };
}

/**
 * Reads the table of frames; no field of it has a comma or a quote.
 * @throws RangeError when an emotion is none
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
