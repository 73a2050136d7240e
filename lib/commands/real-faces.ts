import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../core/landmarks';
import { formatPercent } from '../core/numbers';
import { fitTemperature } from '../core/temperature';
import { expectWritable, projectRoot } from '../files/project';
import { createFileStore } from '../model/training/checkpoint-files';
import { inputSource } from '../model/training/data';
import { predict, scorePrediction } from '../model/training/evaluate';
import { encodeModel } from '../model/files/model-file';
import { runStoppable } from '../notebook/stop';
import { DEFAULT_MODEL } from '../predict/model';
import { saveFigure } from '../figures/figures';
import {
  loadRealFaces,
  realFacesDirectory,
  saveRealFaces,
  type RealFacesArchive,
} from '../study/real-faces/archive';
import { replaceSection } from '../study/markdown';
import { averageFacesFigure } from '../study/real-faces/averages';
import { saveRealFacesFigures } from '../study/real-faces/figures';
import { carriedToMarkdown, realFacesToMarkdown } from '../study/real-faces/tables';
import { fineTune } from '../study/real-faces/train';
import {
  isTrained,
  REAL_FACES_MODELS,
  TRAINED_MODELS,
  type RealFacesModel,
} from '../study/real-faces/models';
import { openRealFaces, type RealFacesData } from '../study/real-faces/open-fer-plus';
import { runModel, withRun } from '../study/real-faces/ask-models';
import { summarizeRealFaces } from '../study/real-faces/summarize';
import { validationAccuracy } from '../study/real-faces/answers';
import { fingerprintFaces } from '../study/fingerprint';
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
  expectWritable(projectRoot());
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
      for (const seed of isTrained(model) ? seeds : seeds.slice(0, 1))
        if (!(await run(model, seed, stop.isRequested))) return false;
    return true;
  });
}

/**
 * Writes the model that the project carries: the network of both blocks and the whole face, trained on FER+ and then on
 * FER+ and drawn characters together, with a temperature fitted on the validation side.
 * @returns whether its training went to the end
 */
export async function carryRealFaces({ environment, seeds, print }: RealFacesRequest): Promise<boolean> {
  expectWritable(projectRoot());
  const data = await openRealFaces(environment, followOnStderr('Faces'));
  const [seed] = seeds;
  return runStoppable('training', (stop) =>
    fineTune(data, { seed, print, shouldStop: stop.isRequested }, async (network, training) => {
      if (training.stopped) return false;
      const { photographs, drawings, share } = training;
      const source = inputSource(data.blocks, data.chosenBy, TRAINED_MODELS.blocksAndFace.inputs);
      const prediction = await predict(network, source);
      const temperature = fitTemperature(prediction.probabilities, source.labels);
      const { accuracy } = scorePrediction(prediction, source.labels);
      const validation = `${formatPercent(accuracy, 1)} of ${source.size} validation images`;
      const parts = encodeModel(network, {
        architecture: network.name,
        labels: EMOTIONS,
        marginPx: DEFAULT_MARGIN_PX,
        faceSizePx: MARGIN_FACE_PX,
        temperature,
        trainingData: fingerprintFaces(data.blocks, data.sides.train, TRAINED_MODELS.blocksAndFace.inputs),
        description:
          `Learned from ${photographs} photographs of faces (FER+, soft labels of ten annotators) and ${drawings} drawn ` +
          `faces; right for ${validation} of FER+ (majority labels, seven expressions)`,
      });
      const file = path.join(projectRoot(), DEFAULT_MODEL);
      await createFileStore(path.dirname(file)).write(path.basename(file), parts);
      print(
        `${DEFAULT_MODEL}: seed ${seed}, weights averaged with share ${share} of those after drawings, temperature ${temperature.toFixed(3)}, right for ${validation}`,
      );
      return true;
    }),
  );
}

/**
 * Draws the average face of each expression: results/reference/real-faces/averages.png.
 * @throws RangeError for an expression of fewer than 100 training faces
 */
export async function drawAverages({ environment, print }: RealFacesRequest): Promise<boolean> {
  expectWritable(projectRoot());
  const { blocks, sides } = await openRealFaces(environment, followOnStderr('Faces'));
  await saveFigure(await averageFacesFigure(blocks, sides.train), realFacesDirectory(), 'averages');
  print('Made: results/reference/real-faces/averages.png');
  return true;
}

/** Computes results/reference/real-faces.json and the figures from the committed answers. */
export async function summarizeCommitted(print: (line: string) => void): Promise<void> {
  expectWritable(projectRoot());
  const archive = loadRealFaces();
  const summary = summarizeRealFaces(archive);
  const directory = path.dirname(realFacesDirectory());
  fs.writeFileSync(path.join(directory, 'real-faces.json'), `${JSON.stringify(summary, null, 2)}\n`);
  await saveRealFacesFigures(archive, summary, realFacesDirectory());
  replaceInText('README.md', 'real-faces', realFacesToMarkdown(summary));
  const { carried } = summary.models;
  if (carried) replaceInText('models/README.md', 'real-faces', carriedToMarkdown(carried));
  print(
    'Made: results/reference/real-faces.json, its figures, and the tables in README.md and models/README.md.',
  );
}

function replaceInText(name: string, section: string, content: string): void {
  const file = path.join(projectRoot(), name);
  fs.writeFileSync(file, replaceSection(fs.readFileSync(file, 'utf8'), section, content));
}
