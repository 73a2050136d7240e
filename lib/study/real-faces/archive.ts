import fs from 'node:fs';
import path from 'node:path';
import type { SplitPart } from '../../core/record';
import { toSoftLabel, VOTE_COLUMNS } from '../../core/votes';
import { projectRoot } from '../../files/project';
import { packProbabilities, readPacked, unpackProbabilities, writePacked } from '../packed-files';
import { REAL_FACES_MODELS, type RealFacesModel } from './models';

/** A scored image, as it is committed. */
export interface ScoredFace {
  /** File name with its folder, as in FER+. */
  readonly path: string;
  readonly side: Exclude<SplitPart, 'train'>;
  /** Number of annotators for each label, [10], in the order of `VOTE_COLUMNS`. */
  readonly votes: readonly number[];
  /** True if a training image has the same bytes. */
  readonly isDuplicate: boolean;
}

/** Returns true if the models are asked about an image: a counted vote is for one of the seven expressions. */
export function isAsked({ votes }: Pick<ScoredFace, 'votes'>): boolean {
  return toSoftLabel(votes) !== undefined;
}

/** A model's answers with one seed. */
export interface RealFacesRun {
  readonly seed: number;
  /** Epoch with the best validation accuracy; 0 without training. */
  readonly bestEpoch: number;
  /** Number of trained epochs. */
  readonly epochs: number;
  readonly parameters: number;
  /** Probabilities for the asked faces of the validation set, in their order, [n, 7]. */
  readonly validation: Float32Array;
  /** The same for the test set; empty before it was evaluated. */
  readonly test: Float32Array;
}

/** An evaluation of the test set. */
interface TestLook {
  /** Date, such as 2026-01-31. */
  readonly day: string;
  /** Model and seed of each run, such as `blocksAndFace 1`. */
  readonly asked: readonly string[];
}

/** The study as it is committed: without pictures, landmarks and boxes of faces. */
export interface RealFacesArchive {
  readonly faces: readonly ScoredFace[];
  readonly looks: readonly TestLook[];
  readonly runs: Readonly<Partial<Record<RealFacesModel, readonly RealFacesRun[]>>>;
}

/** Returns the directory of the committed answers. */
export function realFacesDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'real-faces');
}

const FACES_FILE = 'faces.csv';
const LOOKS_FILE = 'looks.json';
const HEADER = ['path', 'side', 'duplicate', ...VOTE_COLUMNS].join();

/** Saves an archive: faces.csv.gz, looks.json, and one file of answers a model. */
export function saveRealFaces(
  { faces, looks, runs }: RealFacesArchive,
  directory = realFacesDirectory(),
): void {
  fs.mkdirSync(directory, { recursive: true });
  const rows = faces.map(({ path: name, side, isDuplicate, votes }) =>
    [name, side, Number(isDuplicate), ...votes].join(),
  );
  writePacked(directory, FACES_FILE, `${[HEADER, ...rows].join('\n')}\n`);
  fs.writeFileSync(path.join(directory, LOOKS_FILE), `${JSON.stringify(looks, null, 2)}\n`);
  for (const [model, own] of Object.entries(runs)) {
    const packed = own.map((run) => ({
      ...run,
      validation: packProbabilities(run.validation),
      test: packProbabilities(run.test),
    }));
    writePacked(directory, `${model}.json`, JSON.stringify(packed));
  }
}

/**
 * Loads what {@link saveRealFaces} saved.
 * @throws Error when the faces are missing; RangeError when the number of answers is not that of the faces
 */
export function loadRealFaces(directory = realFacesDirectory()): RealFacesArchive {
  const [, ...lines] = readPacked(directory, FACES_FILE).trimEnd().split('\n');
  const faces = lines.map(parseFace);
  const looks = JSON.parse(fs.readFileSync(path.join(directory, LOOKS_FILE), 'utf8')) as TestLook[];
  const runs: Partial<Record<RealFacesModel, readonly RealFacesRun[]>> = {};
  for (const model of REAL_FACES_MODELS) {
    const name = `${model}.json`;
    if (fs.existsSync(path.join(directory, `${name}.gz`)))
      runs[model] = parseRuns(readPacked(directory, name), faces, `${name}.gz`);
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
