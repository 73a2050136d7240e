import { type Adam, buildAdam } from '../engine/adam';
import { buildSchedule, type ScheduleName } from './schedule';

/** How a network is trained: what decides its weights beside its data, its seed and the number of epochs. */
export interface TrainingRecipe {
  /** Highest learning rate. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Default `constant`. */
  readonly schedule?: ScheduleName;
  /** AdamW's, default 0: plain Adam. */
  readonly weightDecay?: number;
  /** Whether a sample's votes, where the data have them, are its label in training; default false. */
  readonly softLabels?: boolean;
}

/** The original's. */
export const ORIGINAL_RECIPE: TrainingRecipe = { learningRate: 1e-3, batchSize: 64 };

/** For photographs. Chosen on FER+'s validation images. */
export const PHOTOGRAPH_RECIPE: TrainingRecipe = {
  learningRate: 4e-3,
  batchSize: 128,
  schedule: 'one-cycle',
  weightDecay: 1e-2,
  softLabels: true,
};

/**
 * Builds the optimizer of a recipe.
 * @param run how many samples are trained on, and how often: a schedule spans all steps
 * @returns the caller disposes it
 * @throws RangeError for settings out of range
 */
export function buildOptimizer(
  { learningRate, batchSize, schedule = 'constant', weightDecay = 0 }: TrainingRecipe,
  run: { readonly samples: number; readonly epochs: number },
): Adam {
  const totalSteps = Math.max(1, run.epochs * Math.ceil(run.samples / batchSize));
  return buildAdam({ learningRate, weightDecay, schedule: buildSchedule(schedule, totalSteps) });
}
