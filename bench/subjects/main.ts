import type { PictureSet } from '../pictures';
import { serveTask, type Task } from '../serve';

/** Tasks of the benchmark subjects that run on Node.js, by the program's first argument. */
const TASKS: Readonly<Record<string, (argument: string) => Promise<Task>>> = {
  step: async (name) => (await import('./step')).prepareStep(name as 'tergat'),
  eval: async () => (await import('./evaluation')).prepareEvaluation(),
  products: async () => (await import('./products')).prepareProducts(),
  preprocess: async (listFile) => (await import('./preprocessing')).preparePreprocessing(listFile),
  'predict-warm': async () => (await import('./prediction')).prepareWarmPrediction(),
  'predict-cold': async () => (await import('./prediction')).prepareColdPrediction(),
  'predict-set': async (set) => (await import('./prediction')).prepareSetPrediction(set as PictureSet),
  'predict-video': async () => (await import('./prediction')).prepareVideoPrediction(),
  'face-api': async (set) => (await import('./face-api')).prepareFaceApi(set as PictureSet),
  'preprocess-one': async (listFile) => (await import('./preprocessing')).preparePreprocessing(listFile, 1),
  'stock-step': async () => (await import('./stock')).prepareStockStep(),
};

const [task, argument] = process.argv.slice(2);
void serveTask(() => TASKS[task](argument));
