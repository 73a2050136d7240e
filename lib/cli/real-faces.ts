import { formatPercent } from '../core/metrics';
import { expectWritable, projectRoot } from '../files/project';
import { runStoppable } from '../notebook/stop';
import { replaceSectionIn } from '../study/markdown';
import type { RealFacesRun } from '../study/real-faces/real-faces-archive';
import type { RealFacesModel } from '../study/real-faces/models';
import type { RealFacesData } from '../study/real-faces/open-fer-plus';
import { defineCommand, followOnStderr, print, STOPPED, text } from './command';

/** A model of the study and a seed. */
interface Run {
  readonly model: RealFacesModel;
  readonly seed: number;
}

/** The steps in their order; each returns false when it was stopped. */
const STEPS: Readonly<Record<string, (runs: readonly Run[]) => Promise<boolean | void>>> = {
  train: (runs) => runModels(runs, false),
  look: (runs) => runModels(runs, true),
  carry: makeDefaultModel,
  averages: drawAverages,
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
    return (await takeStep(runs)) === false ? STOPPED : 0;
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

async function openData(): Promise<RealFacesData> {
  const { openRealFaces } = await import('../study/real-faces/open-fer-plus');
  return openRealFaces(process.env, followOnStderr('Faces'));
}

/**
 * Trains networks on FER+'s training set and prints their accuracy on the validation set.
 * @param isTested if true, they are tested on the test set too; the answers are saved and the evaluation is recorded
 */
async function runModels(runs: readonly Run[], isTested: boolean): Promise<boolean> {
  const { recordEvaluation } = await import('../study/real-faces/real-faces-archive');
  const { validationAccuracy } = await import('../study/real-faces/calibrated-answers');
  const { runModel } = await import('../study/real-faces/train');
  const data = await openData();
  const done: [RealFacesModel, RealFacesRun][] = [];
  const isDone = await runStoppable('training', async (shouldStop) => {
    for (const { model, seed } of runs) {
      const answers = await runModel(model, data, { seed, isTested, print, shouldStop });
      if (!answers) return false;
      print(`${model} ${seed}: validation ${formatPercent(validationAccuracy(data.faces, answers))}`);
      done.push([model, answers]);
    }
    return true;
  });
  if (!isTested) return isDone;
  const { asked } = recordEvaluation(data.faces, done, new Date());
  print(`Tested on the test side: ${asked.join(', ')}.`);
  return isDone;
}

/** Trains and writes the default model. */
async function makeDefaultModel([{ seed }]: readonly Run[]): Promise<boolean> {
  const train = await import('../study/real-faces/train');
  const data = await openData();
  return runStoppable('training', (shouldStop) => train.makeDefaultModel(data, { seed, print, shouldStop }));
}

/** Draws the average face of each expression, over at least 100 training faces each. */
async function drawAverages(): Promise<void> {
  const { saveFigure } = await import('../figures/figure');
  const { studyDirectory } = await import('../study/committed-files');
  const { averageFacesFigure } = await import('../study/real-faces/real-faces-figures');
  const { blocks, sides } = await openData();
  await saveFigure(await averageFacesFigure(blocks, sides.train), studyDirectory('real-faces'), 'averages');
  print('Written: results/reference/real-faces/averages.png');
}

/** Computes results/reference/real-faces.json, figures and tables from the committed answers. */
async function summarize(): Promise<void> {
  const { saveStudy } = await import('../study/committed-files');
  const { loadRealFaces } = await import('../study/real-faces/real-faces-archive');
  const { chartRealFaces } = await import('../study/real-faces/real-faces-figures');
  const { carriedToMarkdown, realFacesToMarkdown, summarizeRealFaces } =
    await import('../study/real-faces/real-faces-summary');
  const archive = loadRealFaces();
  const summary = summarizeRealFaces(archive);
  await saveStudy('real-faces', summary, chartRealFaces(archive, summary));
  replaceSectionIn('README.md', 'real-faces', realFacesToMarkdown(summary));
  const { carried } = summary.models;
  if (carried) replaceSectionIn('models/README.md', 'real-faces', carriedToMarkdown(carried));
  print(
    'Written: results/reference/real-faces.json, its figures, the tables in README.md and models/README.md.',
  );
}
