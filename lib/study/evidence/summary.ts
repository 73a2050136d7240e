import { expectedCalibrationError } from '../../core/calibration';
import { emotionId } from '../../core/emotions';
import { accuracyByCharacter, pairedDifference, type ScoredFrame } from '../../core/group-intervals';
import type { Estimate } from '../../core/intervals';
import { fitTemperature, scaleByTemperature } from '../../core/temperature';
import type { EvidenceArchive } from './archive';
import type { EvidenceSet } from './data';
import { unpackProbabilities } from './ranges';
import type { EvidenceRun } from './runs';
import { splitsOfStep, type LadderStep } from './plan';

/** A rate with its 95 % interval, as evidence.json has it; all in 0..1. */
export interface RateInterval {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** The evidence as a file: figures that README, model card and notebooks quote. */
export interface EvidenceSummary {
  readonly splits: Readonly<Record<LadderStep, Readonly<Record<string, RateInterval>>>>;
  readonly unseen: { readonly tergat: RateInterval; readonly best: RateInterval };
  readonly ablation: Readonly<Record<string, RateInterval>>;
  readonly calibration: { readonly eceBefore: number; readonly eceAfter: number };
  readonly coverage: { readonly found: number; readonly all: number };
}

/** The steps of the ladder, easiest first. */
export const LADDER_STEPS: readonly LadderStep[] = ['frames', 'clips', 'characters'];

/** Chooses runs by what they are. */
export function runsOf(
  runs: readonly EvidenceRun[],
  chosen: { readonly model: string; readonly condition?: string; readonly splits: readonly string[] },
): EvidenceRun[] {
  const { model, condition = 'correct', splits } = chosen;
  return runs.filter(
    (run) => run.model === model && run.condition === condition && splits.includes(run.split),
  );
}

/**
 * Scores runs frame by frame: an answer of several seeds or splits counts with the mean; a frame without a found face
 * is an error.
 * @param set counts the frames of this set only; default all
 * @throws RangeError when there is no run, or a run's answers are not its test side's
 */
export function scoreFrames(
  { records, splits }: EvidenceArchive,
  runs: readonly Pick<EvidenceRun, 'split' | 'answers'>[],
  set?: EvidenceSet,
): ScoredFrame[] {
  if (runs.length === 0) throw new RangeError('Expected at least 1 run for runs but received 0');
  const scores = new Map<number, number[]>();
  for (const { split, answers } of runs) {
    const { test } = splits.get(split)!;
    if (test.length !== answers.length)
      throw new RangeError(`Expected ${test.length} answers for ${split} but received ${answers.length}`);
    test.forEach((position, row) => {
      if (set && !records[position].path.startsWith(`${set}/`)) return;
      const right = Number(answers[row] === String(emotionId(records[position].emotion)));
      scores.set(position, [...(scores.get(position) ?? []), right]);
    });
  }
  return [...scores].map(([position, own]) => {
    const { character, clip = records[position].path } = records[position];
    return { character, clip, score: own.reduce((sum, score) => sum + score, 0) / own.length };
  });
}

/** Estimates the accuracy of runs on all images, or on those of one set, with its interval over characters. */
export function estimateRuns(
  archive: EvidenceArchive,
  runs: readonly Pick<EvidenceRun, 'split' | 'answers'>[],
  set?: EvidenceSet,
): Estimate {
  return accuracyByCharacter(scoreFrames(archive, runs, set));
}

/** Gives a ladder step's runs of a model. */
export function ladderRuns(
  { runs, splits }: EvidenceArchive,
  step: LadderStep,
  model: string,
): EvidenceRun[] {
  return runsOf(runs.ladder, { model, splits: splitsOfStep(step, splits.keys()) });
}

/** Names of the models that the ladder was run for. */
export function ladderModels({ runs }: EvidenceArchive): string[] {
  return [...new Set(runs.ladder.map(({ model }) => model))];
}

/** What is shown in each condition of the ablation, and which model sees it. */
export const ABLATION: readonly {
  readonly name: string;
  readonly model: string;
  readonly condition: string;
  /** In words, for tables and figures. */
  readonly shown: string;
}[] = [
  {
    name: 'original',
    model: 'tergat',
    condition: 'last-image',
    shown: 'TerGat, crops from the last image read',
  },
  { name: 'lastImage', model: 'compact', condition: 'last-image', shown: 'crops from the last image read' },
  { name: 'boxes', model: 'boxes', condition: 'correct', shown: 'box coordinates alone' },
  { name: 'landmarks', model: 'landmarks', condition: 'correct', shown: 'landmarks alone' },
  { name: 'eyesOnly', model: 'compact', condition: 'eyes-only', shown: 'eyes block alone' },
  { name: 'mouthOnly', model: 'compact', condition: 'mouth-only', shown: 'mouth block alone' },
  { name: 'correct', model: 'compact', condition: 'correct', shown: 'both blocks, cut correctly' },
  { name: 'swapped', model: 'compact', condition: 'swapped', shown: 'both blocks, branches swapped' },
  { name: 'wholeFace', model: 'compact', condition: 'whole-face', shown: 'whole face in both branches' },
  { name: 'anotherImage', model: 'compact', condition: 'another-image', shown: 'blocks of another image' },
];

/**
 * Estimates accuracy under each condition of the ablation.
 * @param step on frames, as the original, or with characters left out; a condition without runs is left out
 */
export function summarizeAblation(archive: EvidenceArchive, step: LadderStep): Record<string, Estimate> {
  const splits = step === 'characters' ? splitsOfStep(step, archive.splits.keys()) : [`${step}-1`];
  const entries = ABLATION.flatMap(({ name, model, condition }) => {
    const runs = runsOf(archive.runs.ablation, { model, condition, splits });
    return runs.length > 0 ? [[name, estimateRuns(archive, runs)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Estimates of the one look at the final characters. */
export function summarizeUnseen(archive: EvidenceArchive) {
  const frames = (model: string, split: string) =>
    scoreFrames(archive, runsOf(archive.runs.final, { model, splits: [split] }));
  const [tergat, best] = [frames('tergat', 'final-original'), frames('shipped', 'final')];
  return {
    tergat: accuracyByCharacter(tergat),
    best: accuracyByCharacter(best),
    /** Best minus TerGat, paired by character. */
    difference: pairedDifference(best, tergat),
  };
}

/** Answers of some runs, as calibration takes them. */
export interface ProbableAnswers {
  /** [n, 7] */
  readonly probabilities: Float32Array;
  /** Label ids, [n]. */
  readonly labels: Uint8Array;
}

/**
 * Gathers the probabilities that runs gave to the found faces of one side.
 * @param runs such as keep their probabilities: seed 1 of the ladder's tergat and compact
 */
export function gatherAnswers(
  { records, splits }: EvidenceArchive,
  runs: readonly EvidenceRun[],
  side: 'validation' | 'test',
): ProbableAnswers {
  const parts = runs.map((run) => {
    const probabilities = unpackProbabilities(side === 'test' ? run.probabilities : run.validation);
    const positions = splits.get(run.split)![side];
    // Missed frames have no probabilities; of the test side the answers tell which they are.
    const found = side === 'test' ? positions.filter((_, row) => run.answers[row] !== '-') : positions;
    if (7 * found.length !== probabilities.length) {
      const expected = `${7 * found.length} probabilities`;
      throw new RangeError(`Expected ${expected} for ${run.split} but received ${probabilities.length}`);
    }
    return { probabilities, labels: found.map((position) => emotionId(records[position].emotion)) };
  });
  return {
    probabilities: Float32Array.from(parts.flatMap(({ probabilities }) => [...probabilities])),
    labels: Uint8Array.from(parts.flatMap(({ labels }) => labels)),
  };
}

/** How well confidence fits accuracy, before and after one temperature a fold. */
export interface CalibrationSummary {
  readonly before: ProbableAnswers;
  readonly after: ProbableAnswers;
  readonly eceBefore: number;
  readonly eceAfter: number;
  /** Of each fold, fitted on its validation side only. */
  readonly temperatures: readonly number[];
}

/** Calibrates a model under one step of the ladder: a temperature a fold, fitted on that fold's validation side. */
export function summarizeCalibration(
  archive: EvidenceArchive,
  step: LadderStep,
  model: string,
): CalibrationSummary {
  const runs = ladderRuns(archive, step, model).filter(({ probabilities }) => probabilities !== '');
  const temperatures = runs.map((run) => {
    const { probabilities, labels } = gatherAnswers(archive, [run], 'validation');
    return fitTemperature(probabilities, labels);
  });
  const before = gatherAnswers(archive, runs, 'test');
  const parts = runs.map((run, fold) =>
    scaleByTemperature(gatherAnswers(archive, [run], 'test').probabilities, temperatures[fold]),
  );
  const after = { ...before, probabilities: Float32Array.from(parts.flatMap((part) => [...part])) };
  const [eceBefore, eceAfter] = [before, after].map((answers) => expectedCalibrationError(answers));
  return { before, after, eceBefore, eceAfter, temperatures };
}

/** Computes every figure of evidence.json from the committed predictions. */
export function summarizeEvidence(archive: EvidenceArchive): EvidenceSummary {
  const models = ladderModels(archive);
  const step = (name: LadderStep) =>
    Object.fromEntries(
      models.map((model) => [model, toRate(estimateRuns(archive, ladderRuns(archive, name, model)))]),
    );
  const { tergat, best } = summarizeUnseen(archive);
  const { eceBefore, eceAfter } = summarizeCalibration(archive, 'characters', 'compact');
  const ablation = Object.entries(summarizeAblation(archive, 'frames'));
  return {
    splits: { frames: step('frames'), clips: step('clips'), characters: step('characters') },
    unseen: { tergat: toRate(tergat), best: toRate(best) },
    ablation: Object.fromEntries(ablation.map(([name, estimate]) => [name, toRate(estimate)])),
    calibration: { eceBefore: round(eceBefore), eceAfter: round(eceAfter) },
    coverage: measureCoverage(archive),
  };
}

/** Accuracy of TerGat with characters left out: of the found faces, and of all images. */
function measureCoverage(archive: EvidenceArchive): { found: number; all: number } {
  const runs = ladderRuns(archive, 'characters', 'tergat');
  const right = scoreFrames(archive, runs).reduce((sum, { score }) => sum + score, 0);
  const answers = runs.map((run) => run.answers).join('');
  const found = answers.replaceAll('-', '').length;
  return { found: round(right / found), all: round(right / answers.length) };
}

function toRate({ value, low, high }: Estimate): RateInterval {
  return { accuracy: round(value), low: round(low), high: round(high) };
}

/** Six digits: more than any figure is quoted with, and free of the last bits' noise. */
function round(value: number): number {
  return Math.round(1e6 * value) / 1e6;
}
