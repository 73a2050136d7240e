/** How the learning rate changes over a training: not at all, or up and down once. */
export type ScheduleName = 'constant' | 'one-cycle';

/** Settings of the one cycle. Source: the defaults of PyTorch's OneCycleLR. */
const ONE_CYCLE = { warmUpShare: 0.3, startDivisor: 25, endDivisor: 25e4 } as const;

/**
 * Makes a learning-rate schedule.
 * @param totalSteps steps of the whole training, at least 1
 * @returns factor of the highest learning rate at a step, counted from 1
 * @throws RangeError for a number of steps below 1
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

/** Goes from one value to another along half a cosine. @param share how far, 0 to 1 */
function anneal(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
