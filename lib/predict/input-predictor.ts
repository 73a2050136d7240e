import { chooseWorkers, findIdlest, startWorkers, type WorkerProcess } from '../files/worker-process';
import { expandInputs, type Input } from './inputs';
import type { Classifier } from './model';
import {
  type LookedAt,
  PICTURES_AT_A_TIME,
  type PredictInputsOptions,
  predictInputs,
} from './predict-inputs';
import {
  loadPredictor,
  type PicturePrediction,
  type PredictorOptions,
  type UnreadPicture,
} from './predictor';

/** What a predictor's process is sent: first what to load, then inputs. */
export type PredictJob =
  | { readonly load: PredictorOptions }
  | { readonly inputs: readonly Input[]; readonly options: PredictInputsOptions };

/** What it sends back: about its classifier, or about some of a job's inputs, which are counted from 0. */
export type PredictAnswer = ClassifierFacts | readonly LookedAt[];

type ClassifierFacts = Pick<Classifier, 'name' | 'description'>;

/** Answers about inputs in this process or in several. */
export interface InputPredictor {
  readonly classifier: ClassifierFacts;
  /** As {@link predictInputs}; several processes give no images. */
  predict(inputs: readonly Input[], options?: PredictInputsOptions): AsyncGenerator<LookedAt>;
  /** Frees all weights, or ends the processes. */
  dispose(): void;
}

/** Inputs from which on several processes are worth their start. */
const INPUTS_WORTH_WORKERS = 128;

/** Jobs of a process: the files of one are read while the other is computed. */
const JOBS_AT_HAND = 2;

/** Jobs for each process that are started before their turn comes; limits the answers in memory. */
const JOBS_AHEAD = 16;

/** Chooses the number of processes for so many inputs: one a core where there are enough. */
export function choosePredictWorkers(inputs: number): number {
  return chooseWorkers(inputs, INPUTS_WORTH_WORKERS);
}

/**
 * Loads detector and classifier on the fastest engine.
 * @param workers processes; 1 is this one, and the only number for a classifier that is loaded already
 * @returns the caller disposes it. Its answers do not depend on the number of processes
 * @throws what `loadPredictor` throws
 */
export async function loadInputPredictor(
  options: PredictorOptions,
  workers: number,
): Promise<InputPredictor> {
  if (workers === 1 || typeof options.model === 'object') {
    const predictor = await loadPredictor(options);
    const { classifier, dispose } = predictor;
    return { classifier, predict: (inputs, how) => predictInputs(predictor, inputs, how), dispose };
  }
  const processes = startWorkers<PredictJob, PredictAnswer>(workers, __dirname, 'predict-process');
  const dispose = () => processes.forEach((one) => one.stop());
  try {
    const [classifier] = await Promise.all(processes.map((one) => load(one, options)));
    return { classifier, predict: (inputs, how) => predictInOrder(processes, inputs, how), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * Names the expressions of all faces in pictures, folders of pictures, patterns and videos.
 * @param names paths from the current folder, as `expandInputs` takes them
 * @returns one element a picture, in order; what could not be read says why
 * @throws RangeError for a model, folder or pattern that cannot be used
 */
export async function predictPictures(
  names: readonly string[],
  options: PredictInputsOptions & PredictorOptions = {},
): Promise<(PicturePrediction | UnreadPicture)[]> {
  const inputs = await expandInputs(names, options.onLeftOut);
  const isShared = inputs.every(({ kind }) => kind !== 'stdin');
  const predictor = await loadInputPredictor(options, isShared ? choosePredictWorkers(inputs.length) : 1);
  try {
    const results: (PicturePrediction | UnreadPicture)[] = [];
    for await (const { result } of predictor.predict(inputs, options)) results.push(result);
    return results;
  } finally {
    predictor.dispose();
  }
}

async function load(
  process: WorkerProcess<PredictJob, PredictAnswer>,
  options: PredictorOptions,
): Promise<ClassifierFacts> {
  for await (const facts of process.run({ load: options })) return facts as ClassifierFacts;
  throw new Error('Expected a loaded predictor from a worker process but received none');
}

/** Starts jobs ahead of their turn, and gives the answers in turn. */
async function* predictInOrder(
  processes: readonly WorkerProcess<PredictJob, PredictAnswer>[],
  inputs: readonly Input[],
  { shouldStop = () => false, framesPerSecond, smoothSeconds }: PredictInputsOptions = {},
): AsyncGenerator<LookedAt> {
  const options = { framesPerSecond, smoothSeconds };
  const started: { readonly first: number; readonly answers: AsyncIterable<PredictAnswer> }[] = [];
  let next = 0;
  const start = () => {
    while (next < inputs.length && started.length < JOBS_AHEAD * processes.length) {
      const process = findIdlest(processes);
      if (process.jobs >= JOBS_AT_HAND) return;
      const first = next;
      next += PICTURES_AT_A_TIME;
      const job = { inputs: inputs.slice(first, next), options };
      started.push({ first, answers: process.run(job, start) });
    }
  };
  try {
    for (start(); started.length > 0; started.shift(), start()) {
      const [{ first, answers }] = started;
      for await (const some of answers as AsyncIterable<readonly LookedAt[]>)
        for (const { result, input } of some) {
          if (shouldStop()) return;
          yield { result, input: first + input };
        }
    }
  } finally {
    next = inputs.length;
  }
}
