import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { formatPercent } from '../core/numbers';
import { DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../core/landmarks';
import { projectRoot } from '../engine/project';
import { createFileStore } from '../model/checkpoint-files';
import { encodeModel } from '../model/model-file';
import { runStoppable } from '../notebook/stop';
import { DEFAULT_MODEL } from '../predict/model';
import {
  loadRealFaces,
  realFacesDirectory,
  saveRealFaces,
  type RealFacesArchive,
} from '../study/real-faces/archive';
import { isTrained, REAL_FACES_MODELS, type RealFacesModel } from '../study/real-faces/plan';
import { openRealFaces, runModel, trainRow, withRun, type RealFacesData } from '../study/real-faces/run';
import { saveRealFacesFigures } from '../study/real-faces/figures';
import { calibrate, summarizeRealFaces, validationAccuracy } from '../study/real-faces/summary';
import { hashFaces } from '../study/train-model';
import { followOnStderr } from './progress';

/** What the study of real faces is asked for. */
export interface RealFacesRequest {
  /** Rows, default all. */
  readonly models: readonly RealFacesModel[];
  readonly seeds: readonly number[];
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/**
 * Checks the names of rows.
 * @throws RangeError for an unknown one
 */
export function expectModels(names: readonly string[]): RealFacesModel[] {
  return names.map((name) => {
    const found = REAL_FACES_MODELS.find((one) => one === name);
    if (found) return found;
    throw new RangeError(`Expected one of ${REAL_FACES_MODELS.join(', ')} for models but received ${name}`);
  });
}

/**
 * Trains networks on FER+'s training side and prints how each does on the validation side. The test side is not asked.
 * Ctrl-C ends after the batch at hand; the same command goes on from the last whole epoch.
 * @returns whether all were trained
 */
export async function trainRealFaces(request: RealFacesRequest): Promise<boolean> {
  const { environment, print } = request;
  const data = await openRealFaces(environment, followOnStderr('Faces'));
  return forEachRun(request, async (model, seed, shouldStop) => {
    const run = await runModel(model, data, { seed, looksAtTest: false, print, shouldStop });
    if (!run) return false;
    print(`${model} ${seed}: validation ${formatPercent(validationAccuracy(data.faces, run))}`);
    return true;
  });
}

/**
 * Asks trained networks, and those that need no training, about validation and test side, saves the answers, and
 * records the look. What was not trained yet is trained first.
 * @returns whether all were asked
 */
export async function lookAtRealFaces(request: RealFacesRequest): Promise<boolean> {
  const { environment, print } = request;
  const data = await openRealFaces(environment, followOnStderr('Faces'));
  const asked: string[] = [];
  let archive = openArchive(data);
  const isDone = await forEachRun(request, async (model, seed, shouldStop) => {
    const run = await runModel(model, data, { seed, looksAtTest: true, print, shouldStop });
    if (!run) return false;
    archive = withRun(archive, model, run);
    asked.push(`${model} ${seed}`);
    return true;
  });
  const day = new Date().toISOString().slice(0, 10);
  saveRealFaces({ ...archive, looks: [...archive.looks, { day, asked }] });
  print(`Looked at the test side: ${asked.join(', ')}.`);
  return isDone;
}

function openArchive({ faces }: RealFacesData): RealFacesArchive {
  if (!fs.existsSync(realFacesDirectory())) return { faces, looks: [], runs: {} };
  return { ...loadRealFaces(), faces };
}

async function forEachRun(
  { models, seeds }: RealFacesRequest,
  run: (model: RealFacesModel, seed: number, shouldStop: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  return runStoppable('training', async (stop) => {
    for (const model of models)
      for (const seed of isTrained(model) ? seeds : [1])
        if (!(await run(model, seed, stop.isRequested))) return false;
    return true;
  });
}

/**
 * Writes the model that the project carries: the network of both blocks and the whole face, of the seed that does best
 * on the validation side, with its temperature.
 * @throws RangeError when no seed was trained and asked yet
 */
export async function carryRealFaces({ environment, print }: RealFacesRequest): Promise<void> {
  const data = await openRealFaces(environment, followOnStderr('Faces'));
  const archive = loadRealFaces();
  const [best] = [...(archive.runs.blocksAndFace ?? [])].sort(
    (first, second) => validationAccuracy(archive.faces, second) - validationAccuracy(archive.faces, first),
  );
  if (!best) throw new RangeError('Expected answers of blocksAndFace in results/reference/real-faces but received none: look first'); // prettier-ignore
  const { network } = await trainRow('blocksAndFace', data, { seed: best.seed, print });
  try {
    const { temperature } = calibrate(archive.faces, best);
    const file = path.join(projectRoot(), DEFAULT_MODEL);
    const parts = encodeModel(network, {
      architecture: network.name,
      labels: EMOTIONS,
      marginPx: DEFAULT_MARGIN_PX,
      faceSizePx: MARGIN_FACE_PX,
      temperature,
      trainingData: hashFaces(data.blocks, data.sides.train),
      description: describeCarried(archive, data),
    });
    await createFileStore(path.dirname(file)).write(path.basename(file), parts);
    print(`${DEFAULT_MODEL}: seed ${best.seed}, epoch ${best.bestEpoch}, temperature ${temperature.toFixed(3)}`); // prettier-ignore
  } finally {
    network.dispose();
  }
}

function describeCarried(archive: RealFacesArchive, { sides }: RealFacesData): string {
  const { strict7 } = summarizeRealFaces(archive).models.blocksAndFace!;
  return (
    `Learned from ${sides.train.length} photographs of faces (FER+, soft labels of ten annotators); accuracy on ` +
    `${strict7.n} test images, majority labels: ${formatPercent(strict7.accuracy, 1)}`
  );
}

/** Computes results/reference/real-faces.json and the figures from the committed answers. */
export async function summarizeCommitted(print: (line: string) => void): Promise<void> {
  const archive = loadRealFaces();
  const summary = summarizeRealFaces(archive);
  const directory = path.dirname(realFacesDirectory());
  fs.writeFileSync(path.join(directory, 'real-faces.json'), `${JSON.stringify(summary, null, 2)}\n`);
  await saveRealFacesFigures(archive, realFacesDirectory());
  print('Made: results/reference/real-faces.json and the figures in results/reference/real-faces.');
}
