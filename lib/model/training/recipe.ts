import { Adam } from '../../tensor/adam';

/** Learning-rate schedule: constant, or one cycle of increase and decrease. */
export type ScheduleName = 'constant' | 'one-cycle';

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

/** Settings of one-cycle. Source: the defaults of PyTorch's OneCycleLR. */
const ONE_CYCLE = { warmUpShare: 0.3, startDivisor: 25, endDivisor: 25e4 } as const;

/**
 * Builds a learning-rate schedule.
 * @param totalSteps number of steps of the whole training, at least 1
 * @returns a function from a step, counted from 1, to the factor of the highest learning rate
 * @throws RangeError when the number of steps is not a positive integer
 * Source: Smith and Topin 2018, "Super-Convergence"; PyTorch's OneCycleLR with cosine annealing.
 */
export function buildSchedule(name: ScheduleName, totalSteps: number): (step: number) => number {
  if (!(Number.isInteger(totalSteps) && totalSteps > 0))
    throw new RangeError(`Expected an integer above 0 for totalSteps but received ${totalSteps}`);
  if (name === 'constant') return () => 1;
  const peak = Math.max(0, ONE_CYCLE.warmUpShare * totalSteps - 1);
  const last = totalSteps - 1;
  return (step) => {
    const at = Math.min(step - 1, last);
    if (at <= peak && peak > 0) return anneal(1 / ONE_CYCLE.startDivisor, 1, at / peak);
    return last > peak ? anneal(1, 1 / ONE_CYCLE.endDivisor, (at - peak) / (last - peak)) : 1;
  };
}

/** Interpolates between two values along half a cosine; `share` is 0 to 1. */
function anneal(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
