import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { toCsv } from '../../core/csv';
import type { Emotion } from '../../core/emotions';
import { isEmotion } from '../../core/emotions';
import type { FrameRecord } from '../../core/record';
import { SIDES, type Split, type SplitName } from '../../core/split';
import { fromRanges, toRanges } from './ranges';
import { STUDIES, type EvidenceResult, type Study } from './run-evidence';
import type { CoverageRun } from './coverage';
import type { LookRun } from './looks';
import { type EvidenceRun, nameJob } from './runs';

/** Evidence as it is committed: what every figure and table is computed from, and nothing else. */
export interface EvidenceArchive {
  /** All frames in their order; a path begins with the name of its set. */
  readonly records: readonly FrameRecord[];
  readonly splits: ReadonlyMap<string, Split>;
  readonly runs: Readonly<Record<Study, readonly EvidenceRun[]>>;
  /** Where networks of the study `attention` look. */
  readonly looks: readonly LookRun[];
  /** Answers about images made hard. */
  readonly coverage: readonly CoverageRun[];
}

/** Models whose confidence is looked at: their probabilities are kept, of others only the answers. */
const CALIBRATED = /^(tergat|compact)$/;

/** Takes what is committed out of evidence that was run. */
export function toArchive({ data, splits, runs, looks, coverage }: EvidenceResult): EvidenceArchive {
  const slim = (run: EvidenceRun, study: Study): EvidenceRun =>
    study === 'ladder' && CALIBRATED.test(run.model) && run.seed === 1
      ? run
      : { ...run, probabilities: '', validation: '' };
  const kept = STUDIES.map((study) => [study, runs[study].map((run) => slim(run, study))]);
  return {
    records: data.records,
    splits,
    runs: Object.fromEntries(kept) as EvidenceArchive['runs'],
    looks,
    coverage,
  };
}

/** Puts the runs of some models, made anew on the same frames and splits, in the place of an archive's. */
export function withRuns(archive: EvidenceArchive, anew: Pick<EvidenceArchive, 'runs'>): EvidenceArchive {
  const replaced = STUDIES.map((study) => {
    const made = new Map(anew.runs[study].map((run) => [nameJob(run), run]));
    return [study, archive.runs[study].map((run) => made.get(nameJob(run)) ?? run)];
  });
  return { ...archive, runs: Object.fromEntries(replaced) as EvidenceArchive['runs'] };
}

/**
 * Saves an archive: frames.csv.gz, splits.json.gz, one file of runs a study, looks.json.gz and
 * coverage.json.gz.
 * @param directory is made when it is missing
 */
export function saveArchive(directory: string, archive: EvidenceArchive): void {
  const { records, splits, runs } = archive;
  fs.mkdirSync(directory, { recursive: true });
  // Level 9 and no time in the header: the same evidence gives the same bytes.
  const write = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), gzipSync(text, { level: 9 }));
  const rows = records.map(({ path: file, character, emotion, clip = '' }) => [
    file,
    character,
    emotion,
    clip,
  ]);
  write('frames.csv.gz', toCsv([['path', 'character', 'emotion', 'clip'], ...rows]));
  const manifests = [...splits].map(([name, split]) => [
    name,
    { name: split.name, ...Object.fromEntries(SIDES.map((side) => [side, toRanges(split[side])])) },
  ]);
  write('splits.json.gz', JSON.stringify(Object.fromEntries(manifests)));
  for (const study of STUDIES) write(`${study}.json.gz`, JSON.stringify(runs[study]));
  for (const part of ['looks', 'coverage'] as const) write(`${part}.json.gz`, JSON.stringify(archive[part]));
}

/**
 * Loads what {@link saveArchive} saved.
 * @throws Error when a file is missing, RangeError when one is broken
 */
export function loadArchive(directory: string): EvidenceArchive {
  const read = (name: string) => gunzipSync(fs.readFileSync(path.join(directory, name))).toString('utf8');
  const manifests = JSON.parse(read('splits.json.gz')) as Record<string, Record<string, string>>;
  const runs = STUDIES.map((study) => [study, JSON.parse(read(`${study}.json.gz`))]);
  return {
    records: parseFrames(read('frames.csv.gz')),
    splits: new Map(Object.entries(manifests).map(([name, manifest]) => [name, readSplit(manifest)])),
    runs: Object.fromEntries(runs) as EvidenceArchive['runs'],
    looks: JSON.parse(read('looks.json.gz')) as LookRun[],
    coverage: JSON.parse(read('coverage.json.gz')) as CoverageRun[],
  };
}

/**
 * Reads the table of frames; no field of it has a comma or a quote.
 * @throws RangeError when an emotion is none
 */
export function parseFrames(table: string): FrameRecord[] {
  const [, ...lines] = table.trimEnd().split('\r\n');
  return lines.map(readFrame);
}

function readFrame(line: string): FrameRecord {
  const [file, character, emotion, clip] = line.split(',');
  if (!isEmotion(emotion))
    throw new RangeError(`Expected an emotion for a line of frames.csv.gz but received ${line}`);
  return { path: file, character, emotion: emotion as Emotion, ...(clip ? { clip } : {}) };
}

function readSplit({ name, train, validation, test }: Record<string, string>): Split {
  const [first, second, third] = [train, validation, test].map(fromRanges);
  return { name: name as SplitName, train: first, validation: second, test: third };
}
