import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { SplitPart } from '../../core/record';
import { toSoftLabel, VOTE_COLUMNS } from '../../core/votes';
import { projectRoot } from '../../files/project';
import { packProbabilities, unpackProbabilities } from '../packing';
import { REAL_FACES_MODELS, type RealFacesModel } from './models';

/** An image that is scored: what is committed of it beside answers. */
export interface ScoredFace {
  /** FER+'s file name with its folder. */
  readonly path: string;
  readonly side: Exclude<SplitPart, 'train'>;
  /** How many annotators chose what, [10], in the order of `VOTE_COLUMNS`. */
  readonly votes: readonly number[];
  /** Whether a training image has the same bytes. */
  readonly isDuplicate: boolean;
}

/** Tells whether models are asked about an image: it has a vote for one of the seven that counts. */
export function isAsked({ votes }: Pick<ScoredFace, 'votes'>): boolean {
  return toSoftLabel(votes) !== undefined;
}

/** What a model answered with one seed. */
export interface RealFacesRun {
  readonly seed: number;
  /** The epoch that did best on the validation images; 0 where nothing is trained. */
  readonly bestEpoch: number;
  /** Epochs that were trained. */
  readonly epochs: number;
  readonly parameters: number;
  /** Probabilities of the validation side's faces that were asked about, in their order, [validation, 7]. */
  readonly validation: Float32Array;
  /** The same of the test side; empty before it was looked at. */
  readonly test: Float32Array;
}

/** One look at the test side. */
export interface TestLook {
  /** Day of the look, as 2026-01-31. */
  readonly day: string;
  /** What was asked, as `blocksAndFace 1`: model and seed. */
  readonly asked: readonly string[];
}

/** The study as it is committed: no picture, no landmarks, no boxes of any face. */
export interface RealFacesArchive {
  readonly faces: readonly ScoredFace[];
  readonly looks: readonly TestLook[];
  readonly runs: Readonly<Partial<Record<RealFacesModel, readonly RealFacesRun[]>>>;
}

/** The folder of the committed answers. */
export function realFacesDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'real-faces');
}

const FACES_FILE = 'faces.csv.gz';
const LOOKS_FILE = 'looks.json';
const HEADER = ['path', 'side', 'duplicate', ...VOTE_COLUMNS].join();

/** Saves an archive: faces.csv.gz, looks.json, and a file of answers a model. */
export function saveRealFaces(
  { faces, looks, runs }: RealFacesArchive,
  directory = realFacesDirectory(),
): void {
  fs.mkdirSync(directory, { recursive: true });
  const rows = faces.map(({ path: name, side, isDuplicate, votes }) =>
    [name, side, Number(isDuplicate), ...votes].join(),
  );
  // Level 9 and no time in the header: the same answers give the same bytes.
  const write = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), gzipSync(text, { level: 9 }));
  write(FACES_FILE, `${[HEADER, ...rows].join('\n')}\n`);
  fs.writeFileSync(path.join(directory, LOOKS_FILE), `${JSON.stringify(looks, null, 2)}\n`);
  for (const [model, own] of Object.entries(runs)) {
    const packed = own.map((run) => ({
      ...run,
      validation: packProbabilities(run.validation),
      test: packProbabilities(run.test),
    }));
    write(`${model}.json.gz`, JSON.stringify(packed));
  }
}

/**
 * Loads what {@link saveRealFaces} saved.
 * @throws Error when the faces are missing, RangeError when answers do not fit them
 */
export function loadRealFaces(directory = realFacesDirectory()): RealFacesArchive {
  const read = (name: string) => gunzipSync(fs.readFileSync(path.join(directory, name))).toString('utf8');
  const [, ...lines] = read(FACES_FILE).trimEnd().split('\n');
  const faces = lines.map(parseFace);
  const looks = JSON.parse(fs.readFileSync(path.join(directory, LOOKS_FILE), 'utf8')) as TestLook[];
  const runs: Partial<Record<RealFacesModel, readonly RealFacesRun[]>> = {};
  for (const model of REAL_FACES_MODELS) {
    const name = `${model}.json.gz`;
    if (fs.existsSync(path.join(directory, name))) runs[model] = parseRuns(read(name), faces, name);
  }
  return { faces, looks, runs };
}

function parseFace(line: string): ScoredFace {
  const [name, side, duplicate, ...votes] = line.split(',');
  return {
    path: name,
    side: side as ScoredFace['side'],
    isDuplicate: duplicate === '1',
    votes: votes.map(Number),
  };
}

function parseRuns(text: string, faces: readonly ScoredFace[], name: string): RealFacesRun[] {
  const packed = JSON.parse(text) as (Omit<RealFacesRun, 'validation' | 'test'> &
    Record<'validation' | 'test', string>)[];
  return packed.map((run) => {
    const [validation, test] = [run.validation, run.test].map(unpackProbabilities);
    for (const [side, values] of Object.entries({ validation, test })) {
      const expected = 7 * faces.filter((face) => face.side === side && isAsked(face)).length;
      if (values.length !== expected && !(side === 'test' && values.length === 0))
        throw new RangeError(
          `Expected ${expected} probabilities for ${side} of ${name} but received ${values.length}`,
        );
    }
    return { ...run, validation, test };
  });
}
