import path from 'node:path';
import {
  accuracyByCharacter,
  comparePaired,
  pairedDifference,
  type ScoredFrame,
  type Estimate,
  type Proportion,
  wilsonInterval,
} from '../core/intervals';
import { expectedCalibrationError } from '../core/calibration';
import { EMOTIONS, emotionId } from '../core/emotions';
import { type ConfusionMatrix, formatPercent, scoreTest } from '../core/metrics';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { countAssumed, describeAssumed, describeUnusable } from '../core/blocks';
import { predictInputs } from '../predict/predict-inputs';
import {
  type FacePrediction,
  isUnread,
  type PicturePredictor,
  type UnreadPicture,
} from '../predict/predictor';
import { describeGroups, evaluateGroups, type GroupColumn, hasCharacters } from './evaluate-groups';

/**
 * The performance of one model on a data set. Lists are in the data set's order. `byCharacter` is missing if the images
 * are of one person or character only.
 */
export type ModelEvaluation = ReturnType<typeof scoreFaces> & {
  readonly model: string;
  readonly description: string;
  /** Images that could not be read. */
  readonly unread: readonly UnreadPicture[];
  readonly seconds: number;
};

/**
 * Evaluates a model on a data set: compares its answer for the largest face of each image with the label. An image
 * without a found face, or one that cannot be read, counts as an error.
 * @param options.onProgress called with the number of answered images
 * @param options.shouldStop returns true to stop before the next image
 * @returns undefined when it was stopped
 */
export async function evaluateModel(
  predictor: PicturePredictor,
  { directory, records }: Dataset,
  options: {
    readonly onProgress?: (done: number, total: number) => void;
    readonly shouldStop?: () => boolean;
  } = {},
): Promise<ModelEvaluation | undefined> {
  const start = performance.now();
  const { onProgress, shouldStop } = options;
  const inputs = records.map((record) => ({
    kind: 'picture' as const,
    source: path.join(directory, record.path),
  }));
  const faces: (FacePrediction | undefined)[] = [];
  const unread: UnreadPicture[] = [];
  for await (const { result } of predictInputs(predictor, inputs, { shouldStop })) {
    if (isUnread(result)) unread.push(result);
    faces.push(isUnread(result) ? undefined : result.faces[0]);
    onProgress?.(faces.length, records.length);
  }
  if (faces.length < records.length) return undefined;
  const { name: model, description } = predictor.classifier;
  const seconds = (performance.now() - start) / 1000;
  return { model, description, ...scoreFaces(records, faces), unread, seconds };
}

/** @param faces the largest face of each image; undefined where none was found */
function scoreFaces(records: readonly FrameRecord[], faces: readonly (FacePrediction | undefined)[]) {
  const outcomes = records.map(({ emotion }, index) => faces[index]?.likeliest === emotion);
  const found = records.flatMap(({ emotion }, index) => {
    const face = faces[index];
    return face ? [{ ...face, emotion }] : [];
  });
  const labels = Uint8Array.from(found, ({ emotion }) => emotionId(emotion));
  const likeliest = found.map((face) => emotionId(face.likeliest));
  const rows = found.flatMap(({ probabilities }) => EMOTIONS.map((emotion) => probabilities[emotion]));
  const answered = found.filter(({ answer }) => answer !== 'unsure');
  const right = answered.filter(({ emotion, answer }) => answer === emotion);
  return {
    /** Whether the answer for each image is right; false for a missed face. */
    outcomes,
    /** Probability of each image's likeliest answer, 0 to 1; undefined for a missed face. */
    confidences: faces.map((face) => face?.confidence),
    score: scoreTest(labels, likeliest, records.length - found.length),
    /** Expected calibration error over the found faces, 0 to 1. */
    calibrationError: expectedCalibrationError({ labels, probabilities: Float32Array.from(rows) }),
    /** Number of cropped faces with assumed landmarks. */
    assumed: countAssumed(found.map(({ detector }) => detector)),
    /** Share of the found faces with an answer other than `unsure`, and of these the right ones. */
    answered: wilsonInterval(answered.length, found.length),
    rightOfAnswered: wilsonInterval(right.length, answered.length),
    ...(hasCharacters(records) && { byCharacter: accuracyByCharacter(scoreFrames(records, outcomes)) }),
  };
}

/** Lists the outcome of each image with its character and clip; each image without a clip counts as its own clip. */
export function scoreFrames(records: readonly FrameRecord[], outcomes: readonly boolean[]): ScoredFrame[] {
  return records.map(({ character, path: name, clip = name }, index) => ({
    character,
    clip,
    score: Number(outcomes[index]),
  }));
}

/** Evaluations of one or two models on the same images, as {@link compareEvaluations} returns them. */
type ComparedEvaluations = ReturnType<typeof compareEvaluations>;

/**
 * Compares models that were evaluated on the same data set.
 * @param evaluations of one or two models
 * @param column scores each model by this column too
 * @returns `paired`, with two models: counts of right answers, McNemar's p value, and `difference`, first minus second,
 *   paired by person or character, undefined if there is only one; `groups`: scores by group, in the order of the models
 */
export function compareEvaluations(
  { name: dataset, records }: Dataset,
  evaluations: readonly ModelEvaluation[],
  column?: GroupColumn,
) {
  const [first, second] = evaluations.map(({ outcomes }) => outcomes);
  const compare = () => {
    const [one, other] = [first, second].map((outcomes) => scoreFrames(records, outcomes));
    const difference = hasCharacters(records) ? pairedDifference(one, other) : undefined;
    return { ...comparePaired(first, second), difference };
  };
  const groups = column && evaluations.map((evaluation) => evaluateGroups(evaluation, records, column));
  return { dataset, evaluations, paired: second && compare(), groups };
}

/** Formats evaluations as JSON; a group without a name is null. */
export function evaluationsToJson({ dataset, evaluations, paired, groups }: ComparedEvaluations): string {
  const models = evaluations.map((evaluation, index) => ({
    ...evaluation,
    outcomes: undefined,
    confidences: undefined,
    by: groups?.[index],
  }));
  const nameGroup = (key: string, value: unknown) => (key === 'group' ? (value ?? null) : value);
  return `${JSON.stringify({ dataset, labels: EMOTIONS, models, paired }, nameGroup, 2)}\n`;
}

/** Formats evaluations as text. */
export function evaluationsToText({ dataset, evaluations, paired, groups }: ComparedEvaluations): string {
  const lines = [`Data: ${dataset}, ${evaluations[0].outcomes.length} images`];
  for (const [index, evaluation] of evaluations.entries())
    lines.push('', ...describeModel(evaluation), ...(groups ? ['', ...describeGroups(groups[index])] : []));
  if (paired) {
    const { both, onlyFirst, onlySecond, neither, pValue, difference } = paired;
    const [first, second] = evaluations.map(({ model }) => model);
    lines.push(
      '',
      `Right: both ${both}, only ${first} ${onlyFirst}, only ${second} ${onlySecond}, neither ${neither}.`,
      `McNemar's exact test: p = ${pValue.toPrecision(2)} (images of one person or clip are not independent).`,
    );
    if (difference)
      lines.push(`${first} minus ${second}, paired by person or character: ${toInterval(difference)}`);
  }
  return `${lines.join('\n')}\n`;
}

function describeModel({ model, description, score, ...evaluation }: ModelEvaluation): string[] {
  const assumed = describeAssumed(evaluation.assumed, score.foundFaces.trials);
  const unread = describeUnusable(evaluation.unread);
  const { byCharacter } = evaluation;
  return [
    `${model}: ${description}`,
    describeFigure('accuracy of all images', toPercent(score.allImages)),
    ...(byCharacter ? [describeFigure('over persons or characters', toInterval(byCharacter))] : []),
    describeFigure('accuracy where a face is found', toPercent(score.foundFaces)),
    ...(unread ? [`  ${unread}`] : []),
    ...(assumed ? [`  ${assumed}`] : []),
    describeFigure('macro F1 where a face is found', score.macroF1.toFixed(4)),
    describeFigure('calibration error', evaluation.calibrationError.toFixed(4)),
    describeFigure('answered, not unsure', toPercent(evaluation.answered)),
    describeFigure('right of these', toPercent(evaluation.rightOfAnswered)),
    describeFigure('time', `${evaluation.seconds.toFixed(1)} s`),
    ...describeConfusion(score.matrix),
  ];
}

/** Formats a figure as a line of text; the values of several lines are aligned. @param label at most 30 characters */
export function describeFigure(label: string, value: string): string {
  return `  ${label.padEnd(30)} ${value}`;
}

/** Formats a confusion matrix as lines of text. */
export function describeConfusion(matrix: ConfusionMatrix): string[] {
  const line = (name: string, cells: readonly (string | number)[]) =>
    `    ${name.padEnd(9)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  const header = EMOTIONS.map((name) => name.slice(0, 8));
  return [
    '  confusion (rows: true, columns: answered)',
    line('', header),
    ...EMOTIONS.map((name, row) => line(name, matrix[row])),
  ];
}

/** Formats an estimated share with its 95 % interval. @param name of the interval */
export function toInterval({ value, low, high }: Estimate, name = '95 %'): string {
  return `${formatPercent(value)} (${name}: ${formatPercent(low)} to ${formatPercent(high)})`;
}

/** Formats a share with its counts and Wilson's 95 % interval. */
export function toPercent(share: Proportion): string {
  const { successes, trials } = share;
  return trials === 0 ? '– (0 of 0)' : toInterval(share, `${successes} of ${trials}; Wilson 95 %`);
}
