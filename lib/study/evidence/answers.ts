import { EMOTIONS, type Emotion } from '../../core/emotions';
import { accuracyByCharacter, pairedDifference, type ScoredFrame } from '../../core/group-intervals';
import type { Estimate, GroupedEstimate } from '../../core/intervals';
import type { AttributionRun, Evidence, EvidenceRun, HardImagesRun, Removal, Study } from './archive';
import { PROTOCOL_NAMES, type EvidenceSplit } from './splits';

/** One answer of one run about one frame. All tables and figures are counted from such rows. */
export interface Answer extends ScoredFrame {
  readonly model: string;
  /** What the model was shown, `correct` for the blocks as they are. */
  readonly condition: string;
  readonly protocol: EvidenceSplit['protocol'];
  /** How many generated characters were in training, where that was varied. */
  readonly trainingCharacters?: number;
  readonly seed: number;
  /** Begins with the frame's set of characters. */
  readonly path: string;
  readonly emotion: Emotion;
  /** Undefined where no face was found; that counts as an error. */
  readonly answer?: Emotion;
  /** Distance to the nearest training face, for the model that measures it. */
  readonly distance?: number;
}

/**
 * Lists the answers of a study, run by run, the frames in the order of the test side.
 * @throws RangeError when a run's answers are not those of its test side
 */
export function studyAnswers(evidence: Evidence, study: Study): Answer[] {
  return evidence.runs[study].flatMap((run) => answersOfRun(evidence, run));
}

/** Lists the answers after each removal of pixels. */
export function removalAnswers(evidence: Evidence): (Answer & Pick<Removal, 'mark' | 'first' | 'share'>)[] {
  return evidence.attribution.flatMap((run: AttributionRun) =>
    run.removals.flatMap(({ mark, first, share, answers }) =>
      answersOfRun(evidence, { ...run, answers }).map((answer) => ({ ...answer, mark, first, share })),
    ),
  );
}

/** Lists the answers about corrupted images twice: with missed faces unanswered, and with the fallback for them. */
export function hardImageAnswers(
  evidence: Evidence,
): (Answer & Pick<HardImagesRun, 'kind'> & { readonly isFound: boolean; readonly hasFallback: boolean })[] {
  return evidence.hardImages.flatMap((run) =>
    [false, true].flatMap((hasFallback) => {
      const answers = hasFallback ? run.fallback : run.answers;
      return answersOfRun(evidence, { ...run, answers }, run.frames).map((answer, row) => ({
        ...answer,
        kind: run.kind,
        isFound: run.answers[row] !== '-',
        hasFallback,
      }));
    }),
  );
}

function answersOfRun(
  { records, splits }: Evidence,
  run: Pick<EvidenceRun, 'model' | 'condition' | 'split' | 'seed' | 'answers' | 'distances'>,
  frames: readonly number[] = splits.get(run.split)!.test,
): Answer[] {
  const { model, condition, split, seed, answers, distances } = run;
  if (frames.length !== answers.length)
    throw new RangeError(`Expected ${frames.length} answers for ${split} but received ${answers.length}`);
  const { protocol, trainingCharacters } = splits.get(split)!;
  let found = 0;
  return frames.map((frame, row) => {
    const { path, character, emotion, clip = path } = records[frame];
    const answer = answers[row] === '-' ? undefined : EMOTIONS[Number(answers[row])];
    return {
      model,
      condition,
      protocol,
      trainingCharacters,
      seed,
      path,
      character,
      clip,
      emotion,
      answer,
      score: Number(answer === emotion),
      distance: answer && distances?.[found++],
    };
  });
}

/** Keeps the answers about one set of characters. */
export function aboutSet<T extends Answer>(answers: readonly T[], set: 'six' | 'development' | 'final'): T[] {
  return answers.filter(({ path }) => path.startsWith(`${set}/`));
}

/** Averages the answers of several seeds and splits about the same frame, in the order of first appearance. */
export function scoreFrames(answers: readonly Answer[]): ScoredFrame[] {
  const byFrame = new Map<string, { character: string; clip: string; sum: number; count: number }>();
  for (const { path, character, clip, score } of answers) {
    const known = byFrame.get(path) ?? { character, clip, sum: 0, count: 0 };
    known.sum += score;
    known.count += 1;
    byFrame.set(path, known);
  }
  return Array.from(byFrame.values(), ({ character, clip, sum, count }) => ({
    character,
    clip,
    score: sum / count,
  }));
}

/**
 * Estimates accuracy with its 95 % interval over characters; a frame with several answers counts with their mean.
 * @throws RangeError when there is no answer
 */
export function accuracyOf(answers: readonly Answer[]): Estimate {
  if (answers.length === 0) throw new RangeError('Expected at least 1 answer for answers but received 0');
  return accuracyByCharacter(scoreFrames(answers));
}

/**
 * Estimates how much more accurate some answers are than others about the same characters, paired by character.
 * @returns first minus second, -1 to 1, with its 95 % interval
 * @throws RangeError when the characters are not the same
 */
export function differenceOf(first: readonly Answer[], second: readonly Answer[]): Estimate {
  return pairedDifference(scoreFrames(first), scoreFrames(second));
}

/**
 * Estimates accuracy for each label and group: the rows of a table or a chart.
 * @param by.label what an answer's row is; answers without a label are left out
 * @param by.group what an answer's column or colour is
 * @param by.labels the labels in the order of the rows; default the order of first appearance
 */
export function accuracyBy<T extends Answer, Label extends string | number>(
  answers: readonly T[],
  by: {
    readonly label: (answer: T) => Label | undefined;
    readonly group: (answer: T) => string;
    readonly labels?: readonly Label[];
  },
): GroupedEstimate<Label>[] {
  const cells = new Map<Label, Map<string, T[]>>(by.labels?.map((label) => [label, new Map()]));
  for (const answer of answers) {
    const label = by.label(answer);
    if (label === undefined) continue;
    const groups = cells.get(label) ?? new Map<string, T[]>();
    cells.set(label, groups);
    const own = groups.get(by.group(answer)) ?? [];
    groups.set(by.group(answer), own);
    own.push(answer);
  }
  return [...cells].flatMap(([label, groups]) =>
    Array.from(groups, ([group, own]) => ({ label, group, estimate: accuracyOf(own) })),
  );
}

/** Estimates accuracy for each label and split protocol, as {@link accuracyBy} does. */
export function accuracyByProtocol<T extends Answer>(
  answers: readonly T[],
  label: (answer: T) => string | undefined,
  labels?: readonly string[],
): GroupedEstimate[] {
  return accuracyBy(answers, { label, group: ({ protocol }) => PROTOCOL_NAMES[protocol], labels });
}
