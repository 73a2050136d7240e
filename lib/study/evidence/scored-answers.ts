import {
  accuracyByCharacter,
  pairedDifference,
  type ScoredFrame,
  mean,
  type Estimate,
  type GroupedEstimate,
} from '../../core/intervals';
import { EMOTIONS, emotionId, type Emotion } from '../../core/emotions';
import { groupBy } from '../../core/group-by';
import type { Evidence, EvidenceJob, Study } from './evidence-archive';
import { PROTOCOL_NAMES, setOf, type CharacterSet, type EvidenceSplit, type Protocol } from './splits';
import { calibrateFolds, unpackProbabilities } from '../probabilities';

/** One answer of one run for one frame. All tables and figures are computed from these rows. */
export interface EvidenceAnswer extends ScoredFrame, Pick<EvidenceJob, 'model' | 'condition' | 'seed'> {
  readonly protocol: EvidenceSplit['protocol'];
  /** Number of generated characters in the training set, if it was varied. */
  readonly trainingCharacters?: number;
  /** Begins with the name of the frame's set of characters. */
  readonly path: string;
  readonly emotion: Emotion;
  /** Undefined without a found face, which counts as an error. */
  readonly answer?: Emotion;
  /** Distance to the nearest training face, if the model measures it. */
  readonly distance?: number;
}

/**
 * Lists the answers of a study by run, and by frame in the order of the test set.
 * @throws RangeError when the number of a run's answers is not that of its test set
 */
export function studyAnswers(evidence: Evidence, study: Study): EvidenceAnswer[] {
  return evidence.runs[study].flatMap((run) => answersOfRun(evidence, run));
}

/** Lists the answers of the deletion tests. */
export function deletionAnswers(evidence: Evidence) {
  return evidence.attribution.flatMap((run) =>
    run.removals.flatMap(({ answers, ...removal }) =>
      answersOfRun(evidence, { ...run, answers }).map((answer) => ({ ...answer, ...removal })),
    ),
  );
}

/** Lists the answers for corrupted images twice: without answers for missed faces, and with the fallback. */
export function corruptionAnswers(evidence: Evidence) {
  return evidence.corruptions.flatMap((run) =>
    [false, true].flatMap((hasFallback) => {
      const answers = hasFallback ? run.fallback : run.answers;
      return answersOfRun(evidence, { ...run, answers }, run.frames).map((answer, row) => {
        const isFound = run.answers[row] !== '-';
        return { ...answer, kind: run.kind, isFound, hasFallback };
      });
    }),
  );
}

function answersOfRun(
  { records, splits }: Evidence,
  run: EvidenceJob & { readonly answers: string; readonly distances?: readonly number[] },
  frames: readonly number[] = splits.get(run.split)!.test,
): EvidenceAnswer[] {
  const { model, condition, split, seed, answers, distances } = run;
  if (frames.length !== answers.length)
    throw new RangeError(`Expected ${frames.length} answers for ${split} but received ${answers.length}`);
  const { protocol, trainingCharacters } = splits.get(split)!;
  const shared = { model, condition, protocol, trainingCharacters, seed };
  let found = 0;
  return frames.map((frame, row) => {
    const { path, character, emotion, clip = path } = records[frame];
    const answer = answers[row] === '-' ? undefined : EMOTIONS[Number(answers[row])];
    const distance = answer && distances?.[found++];
    const score = Number(answer === emotion);
    return { ...shared, path, character, clip, emotion, answer, score, distance };
  });
}

/** Selects the answers for one set of characters. */
export function aboutSet<T extends EvidenceAnswer>(answers: readonly T[], set: CharacterSet): T[] {
  return answers.filter((answer) => setOf(answer) === set);
}

/** Averages the scores of several answers for the same frame, in the order of first appearance. */
export function scoreFrames(answers: readonly EvidenceAnswer[]): ScoredFrame[] {
  return Array.from(groupBy(answers, ({ path }) => path).values(), (own) => ({
    character: own[0].character,
    clip: own[0].clip,
    score: mean(own.map(({ score }) => score)),
  }));
}

/**
 * Estimates accuracy with its 95 % interval over characters. Several answers for a frame are averaged.
 * @throws RangeError for no answer
 */
export function accuracyOf(answers: readonly EvidenceAnswer[]): Estimate {
  if (answers.length === 0) throw new RangeError('Expected at least 1 answer for answers but received 0');
  return accuracyByCharacter(scoreFrames(answers));
}

/**
 * Estimates the difference of two accuracies on the same characters, paired by character.
 * @returns first minus second, -1 to 1, with its 95 % interval
 * @throws RangeError when the characters are not the same
 */
export function differenceOf(first: readonly EvidenceAnswer[], second: readonly EvidenceAnswer[]): Estimate {
  return pairedDifference(scoreFrames(first), scoreFrames(second));
}

/**
 * Estimates accuracy for each label and group of a table or a chart.
 * @param by.label returns an answer's row; answers without a label are left out
 * @param by.group returns an answer's column or colour
 * @param by.labels the labels in the order of the rows; default the order of first appearance
 */
export function accuracyBy<T extends EvidenceAnswer, Label extends string | number>(
  answers: readonly T[],
  by: {
    readonly label: (answer: T) => Label | undefined;
    readonly group: (answer: T) => string;
    readonly labels?: readonly Label[];
  },
): GroupedEstimate<Label>[] {
  const rows = groupBy(answers, by.label);
  const labels = new Set([...(by.labels ?? []), ...rows.keys()]);
  return [...labels].flatMap((label) => {
    if (label === undefined) return [];
    const groups = groupBy(rows.get(label) ?? [], by.group);
    return Array.from(groups, ([group, own]) => ({ label, group, estimate: accuracyOf(own) }));
  });
}

/** Estimates accuracy for each label and split protocol, as {@link accuracyBy} does. */
export function accuracyByProtocol<T extends EvidenceAnswer>(
  answers: readonly T[],
  label: (answer: T) => string | undefined,
  labels?: readonly string[],
): GroupedEstimate[] {
  return accuracyBy(answers, { label, group: ({ protocol }) => PROTOCOL_NAMES[protocol], labels });
}

/**
 * Calibrates a model under one split protocol: one temperature a fold, fitted on its validation set.
 * @param model one with stored probabilities: `tergat` or `compact`
 * @returns labelled probabilities before and after, their expected calibration errors in ten bins, and the temperatures
 * @throws RangeError when the number of a run's probabilities is not that of its found faces
 */
export function calibrateModel({ runs, records, splits }: Evidence, protocol: Protocol, model: string) {
  const folds = runs.protocols.filter(
    (run) => run.model === model && splits.get(run.split)!.protocol === protocol && run.probabilities !== '',
  );
  return calibrateFolds(
    folds.map(({ split, answers, probabilities, validation }) => {
      const label = (packed: string, frames: readonly number[]) => ({
        probabilities: unpackProbabilities(packed, frames.length, split),
        labels: Uint8Array.from(frames, (frame) => emotionId(records[frame].emotion)),
      });
      const { validation: chosenBy, test } = splits.get(split)!;
      // Test frames without a found face have no probabilities; their answer is `-`.
      const found = test.filter((_, row) => answers[row] !== '-');
      return { validation: label(validation, chosenBy), test: label(probabilities, found) };
    }),
  );
}
