import { Adam } from '../../tensor/adam';
import { buildSchedule, type ScheduleName } from './schedule';

/** Training settings of a network; with data, seed and number of epochs they determine its weights. */
export interface TrainingRecipe {
  /** Highest learning rate. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Default `constant`. */
  readonly schedule?: ScheduleName;
  /** Weight decay of AdamW, default 0: plain Adam. */
  readonly weightDecay?: number;
  /** Whether training uses soft labels from the samples' votes, when the data have votes; default false. */
  readonly softLabels?: boolean;
}

/** The original's settings. */
export const ORIGINAL_RECIPE: TrainingRecipe = { learningRate: 1e-3, batchSize: 64 };

/** Settings for photographs, chosen on FER+'s validation images. */
export const PHOTOGRAPH_RECIPE: TrainingRecipe = {
  learningRate: 4e-3,
  batchSize: 128,
  schedule: 'one-cycle',
  weightDecay: 1e-2,
  softLabels: true,
};

/**
 * Builds a recipe's optimizer.
 * @param run number of training samples and of epochs: the schedule spans all steps
 * @returns an optimizer, which the caller disposes
 * @throws RangeError for settings out of range
 */
export function buildOptimizer(
  { learningRate, batchSize, schedule = 'constant', weightDecay = 0 }: TrainingRecipe,
  run: { readonly samples: number; readonly epochs: number },
): Adam {
  const totalSteps = Math.max(1, run.epochs * Math.ceil(run.samples / batchSize));
  return new Adam({ learningRate, weightDecay, schedule: buildSchedule(schedule, totalSteps) });
}
