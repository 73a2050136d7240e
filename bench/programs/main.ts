import type { Predicted } from './prediction';
import { serveProgram, type Program } from './program';

/** Tasks of the measured programs that run on Node.js, by the program's first argument. */
const TASKS: Readonly<Record<string, (argument: string) => Promise<Program>>> = {
  step: async (name) => (await import('./training')).prepareStep(name as 'tergat'),
  eval: async () => (await import('./training')).prepareEvaluation(),
  products: async () => (await import('./matrix-products')).prepareProducts(),
  preprocess: async (processes) => (await import('./preprocessing')).preparePreprocessing(Number(processes)),
  predict: async (set) => (await import('./prediction')).preparePrediction(set as Predicted),
  'predict-cold': async () => (await import('./prediction')).prepareColdPrediction(),
  'face-api': async (set) => (await import('./face-api')).prepareFaceApi(set as 'groups'),
  'stock-step': async () => (await import('./stock-tfjs')).prepareStockStep(),
};

const [task, argument] = process.argv.slice(2);
void serveProgram(() => TASKS[task](argument));
