import { pairedDifference, type ScoredFrame } from '../../core/group-intervals';
import type { Estimate } from '../../core/intervals';
import type { CurveRow, IntervalRow } from '../../report/evidence-charts';
import type { EvidenceArchive } from './archive';
import { STEP_NAMES } from './details';
import type { LookRun, Mark, Removal } from './looks';
import { splitsOfStep, type LadderStep } from './plan';
import { LADDER_STEPS, runsOf, scoreFrames, estimateRuns } from './summary';

/** The uses of the prior that are compared, and how each sees a face. The first is what the others are paired with. */
export const USES: readonly { readonly model: string; readonly condition: string; readonly shown: string }[] =
  [
    { model: 'compact', condition: 'correct', shown: 'hard: both blocks' },
    { model: 'soft', condition: 'with-face', shown: 'soft: whole face times heat maps of the landmarks' },
    { model: 'blocksAndFace', condition: 'with-face', shown: 'both blocks and the whole face' },
    { model: 'learned', condition: 'with-face', shown: 'learned: whole face times maps of its own' },
    { model: 'face', condition: 'with-face', shown: 'none: whole face' },
  ];

/** What ways of marking pixels are called. */
export const MARK_NAMES: Readonly<Record<Mark, string>> = {
  gradients: 'Grad-CAM',
  occlusion: 'occlusion',
  random: 'at random',
};

/** Gives a step's splits of the study `attention`, which has one of frames and one of clips. */
function splitsOf(archive: EvidenceArchive, step: LadderStep): string[] {
  return step === 'characters' ? splitsOfStep(step, archive.splits.keys()) : [`${step}-1`];
}

function runsOfUse(archive: EvidenceArchive, step: LadderStep, model: string) {
  const { condition } = USES.find((use) => use.model === model)!;
  return runsOf(archive.runs.attention, { model, condition, splits: splitsOf(archive, step) });
}

/** Estimates the accuracy of each use of the prior under one step of the ladder. */
export function summarizeUses(archive: EvidenceArchive, step: LadderStep): Record<string, Estimate> {
  return Object.fromEntries(
    USES.map(({ model }) => [model, estimateRuns(archive, runsOfUse(archive, step, model))]),
  );
}

/** Estimates how much better each use is than hard blocks, paired by character. */
export function compareUses(archive: EvidenceArchive, step: LadderStep): Record<string, Estimate> {
  const framesOf = (model: string) => scoreFrames(archive, runsOfUse(archive, step, model));
  const [hard, ...others] = USES;
  const base = framesOf(hard.model);
  return Object.fromEntries(others.map(({ model }) => [model, pairedDifference(framesOf(model), base)]));
}

/** The uses as rows: accuracy by split. */
export function useRows(archive: EvidenceArchive): IntervalRow[] {
  return toRows(archive, summarizeUses);
}

/** The uses as rows: difference from hard blocks, paired by character, by split. */
export function useDifferenceRows(archive: EvidenceArchive): IntervalRow[] {
  return toRows(archive, compareUses);
}

function toRows(archive: EvidenceArchive, summarize: typeof summarizeUses): IntervalRow[] {
  const summaries = LADDER_STEPS.map((step) => [STEP_NAMES[step], summarize(archive, step)] as const);
  return USES.flatMap(({ model, shown }) =>
    summaries.flatMap(([group, estimates]) =>
      estimates[model] ? [{ label: shown, group, estimate: estimates[model] }] : [],
    ),
  );
}

/** Which removals are meant. */
export interface RemovalChoice {
  readonly model: string;
  readonly step: 'clips' | 'characters';
}

/** Accuracy after pixels were removed, and what it lost. */
export interface RemovalSummary extends Pick<Removal, 'mark' | 'first' | 'share'> {
  readonly accuracy: Estimate;
  /** Accuracy with all pixels minus accuracy without these, paired by character. */
  readonly drop: Estimate;
}

/** Estimates accuracy after each removal of pixels, and the drop; empty where it was not looked. */
export function summarizeRemovals(archive: EvidenceArchive, choice: RemovalChoice): RemovalSummary[] {
  const looks = looksOf(archive, choice);
  return (looks[0]?.removals ?? []).map(({ mark, first, share }) => {
    const frames = framesAfter(archive, looks, { mark, first, share });
    const whole = framesAfter(archive, looks, { mark, first, share: 0 });
    const answers = answersAfter(looks, { mark, first, share });
    return {
      mark,
      first,
      share,
      accuracy: estimateRuns(archive, answers),
      drop: pairedDifference(whole, frames),
    };
  });
}

/** How much more is lost when marked pixels go first than when as many go at random, paired by character. */
export function compareWithRandom(
  archive: EvidenceArchive,
  choice: RemovalChoice & Pick<Removal, 'mark' | 'first' | 'share'>,
): Estimate {
  const looks = looksOf(archive, choice);
  const atRandom = framesAfter(archive, looks, { ...choice, mark: 'random', first: 'most' });
  return pairedDifference(atRandom, framesAfter(archive, looks, choice));
}

function looksOf(archive: EvidenceArchive, { model, step }: RemovalChoice): LookRun[] {
  const names = splitsOf(archive, step);
  return archive.looks.filter((look) => look.model === model && names.includes(look.split));
}

type RemovalName = Pick<Removal, 'mark' | 'first' | 'share'>;

function answersAfter(looks: readonly LookRun[], { mark, first, share }: RemovalName) {
  return looks.map(({ split, removals }) => {
    const found = removals.find((one) => one.mark === mark && one.first === first && one.share === share);
    if (!found) throw new RangeError(`Expected a removal for ${mark}, ${first}, ${share} but received none`);
    return { split, answers: found.answers };
  });
}

function framesAfter(archive: EvidenceArchive, looks: readonly LookRun[], name: RemovalName): ScoredFrame[] {
  return scoreFrames(archive, answersAfter(looks, name));
}

/** What the orders of removal are called. */
export function nameOrder({ mark, first }: Pick<Removal, 'mark' | 'first'>): string {
  return mark === 'random' ? MARK_NAMES.random : `${first} important first (${MARK_NAMES[mark]})`;
}

/** Accuracy by share of pixels removed, as rows. */
export function removalRows(archive: EvidenceArchive, choice: RemovalChoice): CurveRow[] {
  return summarizeRemovals(archive, choice).map(({ accuracy, ...removal }) => ({
    x: removal.share,
    group: nameOrder(removal),
    estimate: accuracy,
  }));
}
