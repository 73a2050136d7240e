import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../../core/emotions';
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

/** Returns true if the models classify an image: a counted vote is for one of the seven expressions. */
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

/** The study as it is committed: without pictures, landmarks and boxes of faces. */
export interface RealFacesArchive {
  readonly faces: readonly ScoredFace[];
  /** Each evaluation on the test set: the date, such as 2026-01-31, and the runs as model and seed, such as `face 1`. */
  readonly looks: readonly { readonly day: string; readonly asked: readonly string[] }[];
  readonly runs: Readonly<Partial<Record<RealFacesModel, readonly RealFacesRun[]>>>;
}

/** Adds a run to an archive; a run of the same model and seed is replaced. */
export function withRun(
  archive: RealFacesArchive,
  model: RealFacesModel,
  run: RealFacesRun,
): RealFacesArchive {
  const others = (archive.runs[model] ?? []).filter(({ seed }) => seed !== run.seed);
  const runs = [...others, run].sort((first, second) => first.seed - second.seed);
  return { ...archive, runs: { ...archive.runs, [model]: runs } };
}

/** Returns the directory of the committed answers. */
export function realFacesDirectory(): string {
  return path.join(projectRoot(), 'results', 'reference', 'real-faces');
}

const FACES_FILE = 'faces.csv';
const LOOKS_FILE = 'looks.json';

/** Saves an archive: faces.csv.gz, looks.json, and one file of answers per model. */
export function saveRealFaces(
  { faces, looks, runs }: RealFacesArchive,
  directory = realFacesDirectory(),
): void {
  fs.mkdirSync(directory, { recursive: true });
  const header = ['path', 'side', 'duplicate', ...VOTE_COLUMNS].join();
  const lines = faces.map(({ path: name, side, isDuplicate, votes }) =>
    [name, side, Number(isDuplicate), ...votes].join(),
  );
  writePacked(directory, FACES_FILE, `${[header, ...lines].join('\n')}\n`);
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
  const faces = lines.map((line): ScoredFace => {
    const [name, side, duplicate, ...votes] = line.split(',');
    return {
      path: name,
      side: side as ScoredFace['side'],
      isDuplicate: duplicate === '1',
      votes: votes.map(Number),
    };
  });
  const read = (model: RealFacesModel): [string, RealFacesRun[]][] => {
    const name = `${model}.json`;
    if (!fs.existsSync(path.join(directory, `${name}.gz`))) return [];
    const packed = JSON.parse(readPacked(directory, name)) as Record<'validation' | 'test', string>[];
    const unpack = (run: (typeof packed)[number], side: ScoredFace['side']) => {
      const values = unpackProbabilities(run[side]);
      const expected = EMOTIONS.length * faces.filter((face) => face.side === side && isAsked(face)).length;
      if (values.length === expected || (side === 'test' && values.length === 0)) return values;
      throw new RangeError(
        `Expected ${expected} probabilities for ${side} of ${name}.gz but received ${values.length}`,
      );
    };
    const runs = packed.map((run) => ({
      ...(run as unknown as RealFacesRun),
      validation: unpack(run, 'validation'),
      test: unpack(run, 'test'),
    }));
    return [[model, runs]];
  };
  return {
    faces,
    looks: JSON.parse(fs.readFileSync(path.join(directory, LOOKS_FILE), 'utf8')) as RealFacesArchive['looks'],
    runs: Object.fromEntries(REAL_FACES_MODELS.flatMap(read)),
  };
}
