import type { PictureSet } from '../bench-pictures';
import { serveProgram, type Program } from './program';

/** Tasks of the measured programs that run on Node.js, by the program's first argument. */
const TASKS: Readonly<Record<string, (argument: string) => Promise<Program>>> = {
  step: async (name) => (await import('./training')).prepareStep(name as 'tergat'),
  eval: async () => (await import('./training')).prepareEvaluation(),
  products: async () => (await import('./matrix-products')).prepareProducts(),
  preprocess: async (listFile) => (await import('./preprocessing')).preparePreprocessing(listFile),
  'predict-warm': async () => (await import('./prediction')).prepareWarmPrediction(),
  'predict-cold': async () => (await import('./prediction')).prepareColdPrediction(),
  'predict-set': async (set) => (await import('./prediction')).prepareSetPrediction(set as PictureSet),
  'predict-video': async () => (await import('./prediction')).prepareVideoPrediction(),
  'face-api': async (set) => (await import('./face-api')).prepareFaceApi(set as PictureSet),
  'preprocess-one': async (listFile) => (await import('./preprocessing')).preparePreprocessing(listFile, 1),
  'stock-step': async () => (await import('./stock-tfjs')).prepareStockStep(),
};

const [task, argument] = process.argv.slice(2);
void serveProgram(() => TASKS[task](argument));
