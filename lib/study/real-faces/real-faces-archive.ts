import fs from 'node:fs';
import path from 'node:path';
import type { SplitPart } from '../../core/record';
import { toSoftLabel, VOTE_COLUMNS } from '../../core/votes';
import { readPacked, studyDirectory, writePacked } from '../committed-files';
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

/** Selects the images of one part that the models classify: a counted vote is for one of the seven expressions. */
export function classifiedFaces(faces: readonly ScoredFace[], side: ScoredFace['side']): ScoredFace[] {
  return faces.filter((face) => face.side === side && toSoftLabel(face.votes) !== undefined);
}

/** A model's answers with one seed, as they are committed. */
export interface RealFacesRun {
  readonly seed: number;
  /** Epoch with the best validation accuracy; 0 without training. */
  readonly bestEpoch: number;
  /** Number of trained epochs. */
  readonly epochs: number;
  readonly parameters: number;
  /** Packed probabilities for the classified faces of the validation set, in their order, [n, 7]. */
  readonly validation: string;
  /** The same for the test set; empty before it was evaluated. */
  readonly test: string;
}

/** An evaluation on the test set. */
export interface TestEvaluation {
  /** Date, such as 2026-01-31. */
  readonly day: string;
  /** The runs as model and seed, such as `face 1`. */
  readonly asked: readonly string[];
}

/** The study as it is committed: without pictures, landmarks and boxes of faces. */
export interface RealFacesArchive {
  readonly faces: readonly ScoredFace[];
  readonly evaluations: readonly TestEvaluation[];
  readonly runs: Readonly<Partial<Record<RealFacesModel, readonly RealFacesRun[]>>>;
}

const FACES_FILE = 'faces.csv';
const EVALUATIONS_FILE = 'looks.json';

/** Saves an archive: faces.csv.gz, looks.json, and one file of answers per model. */
export function saveRealFaces(
  { faces, evaluations, runs }: RealFacesArchive,
  directory = studyDirectory('real-faces'),
): void {
  fs.mkdirSync(directory, { recursive: true });
  const header = ['path', 'side', 'duplicate', ...VOTE_COLUMNS].join();
  const lines = faces.map(({ path: name, side, isDuplicate, votes }) =>
    [name, side, Number(isDuplicate), ...votes].join(),
  );
  writePacked(directory, FACES_FILE, `${[header, ...lines].join('\n')}\n`);
  fs.writeFileSync(path.join(directory, EVALUATIONS_FILE), `${JSON.stringify(evaluations, null, 2)}\n`);
  for (const [model, own] of Object.entries(runs))
    writePacked(directory, `${model}.json`, JSON.stringify(own));
}

/**
 * Loads what {@link saveRealFaces} saved.
 * @throws Error when the faces are missing
 */
export function loadRealFaces(directory = studyDirectory('real-faces')): RealFacesArchive {
  const [, ...lines] = readPacked(directory, FACES_FILE).trimEnd().split('\n');
  const faces = lines.map((line): ScoredFace => {
    const [name, side, duplicate, ...votes] = line.split(',');
    const isDuplicate = duplicate === '1';
    return { path: name, side: side as ScoredFace['side'], isDuplicate, votes: votes.map(Number) };
  });
  const evaluations = fs.readFileSync(path.join(directory, EVALUATIONS_FILE), 'utf8');
  const runs = REAL_FACES_MODELS.flatMap((model) => {
    const name = `${model}.json`;
    const isThere = fs.existsSync(path.join(directory, `${name}.gz`));
    return isThere ? [[model, JSON.parse(readPacked(directory, name))]] : [];
  });
  return { faces, evaluations: JSON.parse(evaluations), runs: Object.fromEntries(runs) };
}

/**
 * Adds runs to the saved archive; earlier runs of the same model and seed are replaced.
 * @returns the recorded evaluation
 */
export function recordEvaluation(
  faces: readonly ScoredFace[],
  runs: readonly (readonly [RealFacesModel, RealFacesRun])[],
  now: Date,
  directory = studyDirectory('real-faces'),
): TestEvaluation {
  const known = fs.existsSync(directory) ? loadRealFaces(directory) : { evaluations: [], runs: {} };
  const all: { [model in RealFacesModel]?: readonly RealFacesRun[] } = { ...known.runs };
  for (const [model, run] of runs) {
    const others = all[model]?.filter(({ seed }) => seed !== run.seed) ?? [];
    all[model] = [...others, run].sort((first, second) => first.seed - second.seed);
  }
  const asked = runs.map(([model, { seed }]) => `${model} ${seed}`);
  const evaluation = { day: now.toISOString().slice(0, 10), asked };
  saveRealFaces({ faces, evaluations: [...known.evaluations, evaluation], runs: all }, directory);
  return evaluation;
}
