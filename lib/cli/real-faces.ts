import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../core/landmarks';
import { formatPercent } from '../core/metrics';
import { fitTemperature } from '../core/calibration';
import { expectWritable, projectRoot } from '../files/project';
import { saveWhole } from '../files/write-file';
import { runStoppable } from '../notebook/stop';
import { replaceSectionIn } from '../study/markdown';
import type { RealFacesModel } from '../study/real-faces/models';
import type { RealFacesData } from '../study/real-faces/open-fer-plus';
import { defineCommand, followOnStderr, print, STOPPED, text } from './command';

/** A model of the study and a seed. */
interface Run {
  readonly model: RealFacesModel;
  readonly seed: number;
}

/** The steps in their order; each returns false when it was stopped. */
const STEPS: Readonly<Record<string, (runs: readonly Run[]) => Promise<boolean>>> = {
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
    const takeStep = STEPS[step];
    if (!takeStep)
      throw new RangeError(`Expected one of ${Object.keys(STEPS).join(', ')} for step but received ${step}`);
    const runs = await planRuns(step, names, readSeeds(seeds));
    // All other steps write committed files.
    if (step !== 'train') expectWritable(projectRoot());
    return (await takeStep(runs)) ? 0 : STOPPED;
  },
});

function readSeeds(text: string): number[] {
  const seeds = text.split(',').map(Number);
  if (seeds.every((seed) => Number.isInteger(seed) && seed >= 0)) return seeds;
  throw new RangeError(`Expected integers of 0 or more, with commas, for --seeds but received ${text}`);
}

/** Plans a run for each row and seed; networks that are not trained have one run. */
async function planRuns(step: string, names: readonly string[], seeds: readonly number[]): Promise<Run[]> {
  const { isTrained, REAL_FACES_MODELS } = await import('../study/real-faces/models');
  const named = names.map((name) => {
    const found = REAL_FACES_MODELS.find((one) => one === name);
    if (found) return found;
    throw new RangeError(`Expected one of ${REAL_FACES_MODELS.join(', ')} for models but received ${name}`);
  });
  const all = step === 'train' ? REAL_FACES_MODELS.filter(isTrained) : REAL_FACES_MODELS;
  return (named.length > 0 ? named : all).flatMap((model) =>
    (isTrained(model) ? seeds : seeds.slice(0, 1)).map((seed) => ({ model, seed })),
  );
}

/** Calls a function for each run until it returns false. @returns whether it returned true for all */
async function forEachRun(
  runs: readonly Run[],
  work: (run: Run, shouldStop: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  return runStoppable('training', async (stop) => {
    for (const run of runs) if (!(await work(run, stop.isRequested))) return false;
    return true;
  });
}

async function openData(): Promise<RealFacesData> {
  const { openRealFaces } = await import('../study/real-faces/open-fer-plus');
  return openRealFaces(process.env, followOnStderr('Faces'));
}

/** Trains networks on FER+'s training side and prints their accuracy on the validation side. */
async function train(runs: readonly Run[]): Promise<boolean> {
  const { validationAccuracy } = await import('../study/real-faces/answers');
  const { runModel } = await import('../study/real-faces/train');
  const data = await openData();
  return forEachRun(runs, async ({ model, seed }, shouldStop) => {
    const answers = await runModel(model, data, { seed, isTested: false, print, shouldStop });
    if (!answers) return false;
    print(`${model} ${seed}: validation ${formatPercent(validationAccuracy(data.faces, answers))}`);
    return true;
  });
}

/** Tests networks on validation and test side, trains them first if needed, saves the answers and records the test. */
async function look(runs: readonly Run[]): Promise<boolean> {
  const { loadRealFaces, realFacesDirectory, saveRealFaces, withRun } =
    await import('../study/real-faces/archive');
  const { runModel } = await import('../study/real-faces/train');
  const data = await openData();
  const { faces } = data;
  const asked: string[] = [];
  const known = fs.existsSync(realFacesDirectory()) ? loadRealFaces() : { looks: [], runs: {} };
  let archive = { ...known, faces };
  const isDone = await forEachRun(runs, async ({ model, seed }, shouldStop) => {
    const answers = await runModel(model, data, { seed, isTested: true, print, shouldStop });
    if (!answers) return false;
    archive = withRun(archive, model, answers);
    asked.push(`${model} ${seed}`);
    return true;
  });
  const day = new Date().toISOString().slice(0, 10);
  saveRealFaces({ ...archive, looks: [...archive.looks, { day, asked }] });
  print(`Tested on the test side: ${asked.join(', ')}.`);
  return isDone;
}

/**
 * Writes the default model: the network of both blocks and the whole face, trained on FER+ and then on FER+ and drawn
 * characters together, with a temperature fitted on the validation side.
 */
async function carry([{ seed }]: readonly Run[]): Promise<boolean> {
  const { encodeModel } = await import('../model/files/model-file');
  const { inputSource } = await import('../model/training/data');
  const { predict, scorePrediction } = await import('../model/training/evaluate');
  const { DEFAULT_MODEL } = await import('../predict/classifier');
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
      await saveWhole(path.join(projectRoot(), DEFAULT_MODEL), parts);
      print(
        `${DEFAULT_MODEL}: seed ${seed}, weights averaged with share ${share} of the fine-tuned ones, temperature ${temperature.toFixed(3)}, right for ${validation}`,
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
