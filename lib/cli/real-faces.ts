import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../core/landmarks';
import { formatPercent } from '../core/metrics';
import { fitTemperature } from '../core/calibration';
import { expectWritable, projectRoot } from '../files/project';
import { runStoppable } from '../notebook/stop';
import { replaceSectionIn } from '../study/markdown';
import type { RealFacesModel } from '../study/real-faces/models';
import type { RealFacesData } from '../study/real-faces/open-fer-plus';
import { defineCommand, followOnStderr, print, STOPPED_STATUS, text } from './command';

/** Rows and seeds of a step. */
interface Request {
  /** Rows of the study; none: all that apply. */
  readonly models: readonly RealFacesModel[];
  readonly seeds: readonly number[];
}

/** The steps in their order; each returns false when it was stopped. */
const STEPS: Readonly<Record<string, (request: Request) => Promise<boolean>>> = {
  train,
  look,
  carry,
  averages,
  summarize,
};

const HELP = `The steps in their order; each continues after a stop:
  npx . real-faces train         # hours
  npx . real-faces look          # the only step that uses the test side
  npx . real-faces carry         # writes models/default.safetensors
  npx . real-faces look carried
  npx . real-faces averages      # the average face of each expression, over at least 100 faces
  npx . real-faces summarize     # results/reference/real-faces.json and figures, from the committed answers`;

/** Defines `real-faces`. */
export const define = defineCommand({
  operands: {
    '<step>':
      'train, look (uses the test side, and records it), carry (writes the model), averages or summarize',
    '[models...]': 'rows of the study; default for train: all that are trained, for look: all',
  },
  options: { seeds: text('--seeds <list>', 'seeds with commas, such as 1,2,3').or('1') },
  help: HELP,
  async run({ seeds }, [step, ...names]) {
    const run = STEPS[step];
    if (!run)
      throw new RangeError(`Expected one of ${Object.keys(STEPS).join(', ')} for step but received ${step}`);
    const request = { models: await readModels(names), seeds: readSeeds(seeds) };
    // All other steps write committed files.
    if (step !== 'train') expectWritable(projectRoot());
    return (await run(request)) ? 0 : STOPPED_STATUS;
  },
});

function readSeeds(text: string): number[] {
  const seeds = text.split(',').map(Number);
  if (seeds.every((seed) => Number.isInteger(seed) && seed >= 0)) return seeds;
  throw new RangeError(`Expected integers of 0 or more, with commas, for --seeds but received ${text}`);
}

async function readModels(names: readonly string[]): Promise<RealFacesModel[]> {
  const { REAL_FACES_MODELS } = await import('../study/real-faces/models');
  return names.map((name) => {
    const found = REAL_FACES_MODELS.find((one) => one === name);
    if (found) return found;
    throw new RangeError(`Expected one of ${REAL_FACES_MODELS.join(', ')} for models but received ${name}`);
  });
}

async function openData(): Promise<RealFacesData> {
  const { openRealFaces } = await import('../study/real-faces/open-fer-plus');
  return openRealFaces(process.env, followOnStderr('Faces'));
}

/** Trains networks on FER+'s training side and prints their accuracy on the validation side. */
async function train({ models, seeds }: Request): Promise<boolean> {
  const { validationAccuracy } = await import('../study/real-faces/answers');
  const { isTrained, REAL_FACES_MODELS } = await import('../study/real-faces/models');
  const { runModel } = await import('../study/real-faces/train');
  const data = await openData();
  const rows = models.length > 0 ? models : REAL_FACES_MODELS.filter(isTrained);
  return forEachRun(rows, seeds, async (model, seed, shouldStop) => {
    const run = await runModel(model, data, { seed, isTested: false, print, shouldStop });
    if (!run) return false;
    print(`${model} ${seed}: validation ${formatPercent(validationAccuracy(data.faces, run))}`);
    return true;
  });
}

/** Tests networks on validation and test side, saves the answers, and records the look. Untrained ones are trained first. */
async function look({ models, seeds }: Request): Promise<boolean> {
  const { loadRealFaces, realFacesDirectory, saveRealFaces, withRun } =
    await import('../study/real-faces/archive');
  const { REAL_FACES_MODELS } = await import('../study/real-faces/models');
  const { runModel } = await import('../study/real-faces/train');
  const data = await openData();
  const { faces } = data;
  const asked: string[] = [];
  let archive = fs.existsSync(realFacesDirectory())
    ? { ...loadRealFaces(), faces }
    : { faces, looks: [], runs: {} };
  const rows = models.length > 0 ? models : REAL_FACES_MODELS;
  const isDone = await forEachRun(rows, seeds, async (model, seed, shouldStop) => {
    const run = await runModel(model, data, { seed, isTested: true, print, shouldStop });
    if (!run) return false;
    archive = withRun(archive, model, run);
    asked.push(`${model} ${seed}`);
    return true;
  });
  const day = new Date().toISOString().slice(0, 10);
  saveRealFaces({ ...archive, looks: [...archive.looks, { day, asked }] });
  print(`Tested on the test side: ${asked.join(', ')}.`);
  return isDone;
}

async function forEachRun(
  models: readonly RealFacesModel[],
  seeds: readonly number[],
  run: (model: RealFacesModel, seed: number, shouldStop: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  const { isTrained } = await import('../study/real-faces/models');
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
 */
async function carry({ seeds: [seed] }: Request): Promise<boolean> {
  const { encodeModel } = await import('../model/files/model-file');
  const { createFileStore } = await import('../model/training/checkpoint-files');
  const { inputSource } = await import('../model/training/data');
  const { predict, scorePrediction } = await import('../model/training/evaluate');
  const { DEFAULT_MODEL } = await import('../predict/model');
  const { fineTune } = await import('../study/real-faces/train');
  const { TRAINED_MODELS } = await import('../study/real-faces/models');
  const { fingerprintFaces } = await import('../study/train-cached');
  const data = await openData();
  const { inputs } = TRAINED_MODELS.blocksAndFace;
  return runStoppable('training', (stop) =>
    fineTune(data, { seed, print, shouldStop: stop.isRequested }, async (network, training) => {
      if (training.stopped) return false;
      const { photographs, drawings, share } = training;
      const source = inputSource(data.blocks, data.chosenBy, inputs);
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
        trainingData: fingerprintFaces(data.blocks, data.sides.train, inputs),
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

/** Draws the average face of each expression, over at least 100 training faces each. */
async function averages(): Promise<boolean> {
  const { saveFigure } = await import('../figures/figure');
  const { realFacesDirectory } = await import('../study/real-faces/archive');
  const { averageFacesFigure } = await import('../study/real-faces/figures');
  const { blocks, sides } = await openData();
  await saveFigure(await averageFacesFigure(blocks, sides.train), realFacesDirectory(), 'averages');
  print('Written: results/reference/real-faces/averages.png');
  return true;
}

/** Computes results/reference/real-faces.json, figures and tables from the committed answers. */
async function summarize(): Promise<boolean> {
  const { loadRealFaces, realFacesDirectory } = await import('../study/real-faces/archive');
  const { saveRealFacesFigures } = await import('../study/real-faces/figures');
  const { carriedToMarkdown, realFacesToMarkdown, summarizeRealFaces } =
    await import('../study/real-faces/summarize');
  const archive = loadRealFaces();
  const summary = summarizeRealFaces(archive);
  const file = path.join(realFacesDirectory(), '..', 'real-faces.json');
  fs.writeFileSync(file, `${JSON.stringify(summary, null, 2)}\n`);
  await saveRealFacesFigures(archive, summary, realFacesDirectory());
  replaceSectionIn('README.md', 'real-faces', realFacesToMarkdown(summary));
  const { carried } = summary.models;
  if (carried) replaceSectionIn('models/README.md', 'real-faces', carriedToMarkdown(carried));
  print(
    'Written: results/reference/real-faces.json, its figures, the tables in README.md and models/README.md.',
  );
  return true;
}
