import { riskCoverage } from '../../core/calibration';
import { emotionId } from '../../core/emotions';
import { bootstrapCharacters, pairedDifference } from '../../core/group-intervals';
import type { Estimate } from '../../core/intervals';
import { createRandom } from '../../core/random';
import type { CurveRow, IntervalRow } from '../../report/evidence-charts';
import type { EvidenceArchive } from './archive';
import type { EvidenceSet } from './data';
import type { EvidenceRun } from './runs';
import { GROWTH } from './splits';
import {
  ABLATION,
  estimateRuns,
  LADDER_STEPS,
  ladderModels,
  ladderRuns,
  runsOf,
  scoreFrames,
  summarizeAblation,
  summarizeCalibration,
} from './summary';

/** What a model is called in tables and figures. */
export const MODEL_NAMES: Readonly<Record<string, string>> = {
  majority: 'most frequent expression',
  nearest: 'nearest training face',
  landmarks: 'logistic regression on landmarks',
  faceapi: "face-api's expression network",
  compact: 'compact network',
  tergat: 'TerGat',
  boxes: 'box coordinates alone',
  augmented: 'compact network, changed samples',
  combined: 'compact network with landmarks, changed samples',
  shipped: 'the model of drawn faces',
};

/** What the ladder's steps are called. */
export const STEP_NAMES = {
  frames: 'frames (the original)',
  clips: 'clips',
  characters: 'characters',
} as const;

/** The ladder as rows: models by split. */
export function ladderRows(archive: EvidenceArchive): IntervalRow[] {
  return ladderModels(archive).flatMap((model) =>
    LADDER_STEPS.map((step) => ({
      label: MODEL_NAMES[model],
      group: STEP_NAMES[step],
      estimate: estimateRuns(archive, ladderRuns(archive, step, model)),
    })),
  );
}

/** The ladder's last step with bootstrap intervals, which draw whole characters. */
export function bootstrapRows(archive: EvidenceArchive): IntervalRow[] {
  return ladderModels(archive).map((model) => ({
    label: MODEL_NAMES[model],
    group: 'bootstrap',
    estimate: bootstrapCharacters(
      scoreFrames(archive, ladderRuns(archive, 'characters', model)),
      createRandom(1, 'bootstrap', model),
    ),
  }));
}

/** The ablation as rows: conditions by split; conditions that were run on frames alone have one row. */
export function ablationRows(archive: EvidenceArchive): IntervalRow[] {
  const steps = (['frames', 'characters'] as const).map(
    (step) => [STEP_NAMES[step], summarizeAblation(archive, step)] as const,
  );
  return ABLATION.flatMap(({ name, shown }) =>
    steps.flatMap(([group, estimates]) =>
      estimates[name] ? [{ label: shown, group, estimate: estimates[name] }] : [],
    ),
  );
}

/** Whom the growth study asks. */
export const GROWTH_SETS = { development: 'other generated characters', six: 'the six' } as const;

/**
 * Accuracy on characters that were not in training, by how many were.
 * @param set who is asked: other characters of the generator, or the six
 */
export function growthRows(archive: EvidenceArchive, set: keyof typeof GROWTH_SETS): CurveRow[] {
  const models = [...new Set(archive.runs.growth.map(({ model }) => model))];
  return models.flatMap((model) =>
    GROWTH.flatMap((count) => {
      const estimate = estimateGrowth(archive, { model, count, set });
      return estimate ? [{ x: count, group: MODEL_NAMES[model], estimate }] : [];
    }),
  );
}

/** @returns undefined where it was not run */
function estimateGrowth(
  archive: EvidenceArchive,
  { model, count, set }: { readonly model: string; readonly count: number; readonly set: EvidenceSet },
): Estimate | undefined {
  const runs = runsOf(archive.runs.growth, { model, splits: [`growth-${count}`] });
  return runs.length > 0 ? estimateRuns(archive, runs, set) : undefined;
}

/** The six asked of networks that saw none of them but other characters: which was trained on whom. */
export interface SixTransfer {
  /** TerGat that learned from four of the six, each character left out once. */
  readonly tergat: Estimate;
  /** A network that learned from generated characters only. */
  readonly generated: Estimate;
  /** The second minus the first, paired by character. */
  readonly difference: Estimate;
}

/**
 * Compares, on the six, TerGat that learned from four others of them with a network that learned from generated ones.
 * @param model of the growth study
 * @param count generated characters in training
 */
export function compareOnSix(archive: EvidenceArchive, model: string, count: number): SixTransfer {
  const left = scoreFrames(archive, ladderRuns(archive, 'characters', 'tergat'));
  const runs = runsOf(archive.runs.growth, { model, splits: [`growth-${count}`] });
  return {
    tergat: estimateRuns(archive, ladderRuns(archive, 'characters', 'tergat')),
    generated: estimateRuns(archive, runs, 'six'),
    difference: pairedDifference(scoreFrames(archive, runs, 'six'), left),
  };
}

/** Distance of test frames to the nearest training frame, in parts of equal size, and how often its label is right. */
export interface DistancePart {
  readonly low: number;
  readonly high: number;
  readonly frames: number;
  /** Share of wrong answers of the nearest neighbour. */
  readonly error: number;
}

/**
 * Sorts the test frames of a step by their distance to the nearest training frame and tells the error of each part.
 * @param parts how many, default 4
 */
export function distanceParts(
  archive: EvidenceArchive,
  step: (typeof LADDER_STEPS)[number],
  parts: number = 4,
): DistancePart[] {
  const rows = ladderRuns(archive, step, 'nearest')
    .flatMap((run) => distancesOf(archive, run))
    .sort((first, second) => first.distance - second.distance);
  return Array.from({ length: parts }, (_, part) => {
    const own = rows.slice((part * rows.length) / parts, ((part + 1) * rows.length) / parts);
    const wrong = own.filter(({ isRight }) => !isRight).length;
    return {
      low: own[0].distance,
      high: own[own.length - 1].distance,
      frames: own.length,
      error: wrong / own.length,
    };
  });
}

function distancesOf({ records, splits }: EvidenceArchive, { split, answers, distances }: EvidenceRun) {
  const rows = splits.get(split)!.test.map((position, row) => ({ position, answer: answers[row] }));
  return rows
    .filter(({ answer }) => answer !== '-')
    .map(({ position, answer }, found) => ({
      distance: distances![found],
      isRight: answer === String(emotionId(records[position].emotion)),
    }));
}

/** Share of the images that can be answered when at most some share of the answers may be wrong. */
export function coverageAtRisk(
  archive: EvidenceArchive,
  step: (typeof LADDER_STEPS)[number],
  risk: number,
): number {
  const points = riskCoverage(summarizeCalibration(archive, step, 'compact').after);
  return Math.max(0, ...points.filter((point) => point.risk <= risk).map(({ coverage }) => coverage));
}
