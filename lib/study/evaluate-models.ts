import path from 'node:path';
import {
  accuracyByCharacter,
  comparePaired,
  pairedDifference,
  type ScoredFrame,
} from '../core/accuracy-estimates';
import { expectedCalibrationError } from '../core/calibration';
import { EMOTIONS, emotionId } from '../core/emotions';
import { type Estimate, type Proportion, wilsonInterval } from '../core/intervals';
import { type ConfusionMatrix, formatPercent } from '../core/metrics';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { countAssumed, describeAssumed } from '../faces/detector/detected-face';
import { predictInputs } from '../predict/predict-inputs';
import { type FacePrediction, isUnread, type PicturePredictor } from '../predict/predictor';
import { describeGroups, type GroupEvaluation, hasCharacters } from './evaluate-groups';
import { scoreTest } from './test-score';

/**
 * The performance of one model on a data set. Lists are in the data set's order. `byCharacter` is missing if the images
 * are of one person or character only.
 */
export type ModelEvaluation = ReturnType<typeof scoreFaces> & {
  readonly model: string;
  readonly description: string;
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
  for await (const { result } of predictInputs(predictor, inputs, { shouldStop })) {
    faces.push(isUnread(result) ? undefined : result.faces[0]);
    onProgress?.(faces.length, records.length);
  }
  if (faces.length < records.length) return undefined;
  const { name: model, description } = predictor.classifier;
  const seconds = (performance.now() - start) / 1000;
  return { model, description, ...scoreFaces(records, faces), seconds };
}

/** @param faces the largest face of each image; undefined where none was found */
function scoreFaces(records: readonly FrameRecord[], faces: readonly (FacePrediction | undefined)[]) {
  const outcomes = records.map(({ emotion }, index) => faces[index]?.likeliest === emotion);
  const found = records.flatMap(({ emotion }, index) => {
    const face = faces[index];
    return face ? [{ label: emotionId(emotion), face }] : [];
  });
  const labels = Uint8Array.from(found, ({ label }) => label);
  const likeliest = Uint8Array.from(found, ({ face }) => emotionId(face.likeliest));
  const rows = found.flatMap(({ face }) => EMOTIONS.map((emotion) => face.probabilities[emotion]));
  const answered = found.filter(({ face }) => face.answer !== 'unsure');
  const right = answered.filter(({ label, face }) => face.answer === EMOTIONS[label]);
  return {
    /** Whether the answer for each image is right; false for a missed face. */
    outcomes,
    /** Probability of each image's likeliest answer, 0 to 1; undefined for a missed face. */
    confidences: faces.map((face) => face?.confidence),
    score: scoreTest(labels, likeliest, records.length - found.length),
    /** Expected calibration error over the found faces, 0 to 1. */
    calibrationError: expectedCalibrationError({ labels, probabilities: Float32Array.from(rows) }),
    /** Number of cropped faces with assumed landmarks. */
    assumed: countAssumed(found.map(({ face }) => face.detector)),
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

/**
 * Compares two models that were evaluated on the same data set, image by image and person by person.
 * @param records of that data set
 * @returns counts of right answers and McNemar's p value; `difference`: first minus second, paired by person or
 *   character, undefined if there is only one
 */
export function compareEvaluations(
  first: ModelEvaluation,
  second: ModelEvaluation,
  records: readonly FrameRecord[],
) {
  const [one, other] = [first, second].map(({ outcomes }) => scoreFrames(records, outcomes));
  const difference = hasCharacters(records) ? pairedDifference(one, other) : undefined;
  return { ...comparePaired(first.outcomes, second.outcomes), difference };
}

/** Evaluations of one or two models on the same images. */
interface EvaluationResults {
  /** Name of the data set. */
  readonly dataset: string;
  readonly evaluations: readonly ModelEvaluation[];
  /** Comparison of two models. */
  readonly paired?: ReturnType<typeof compareEvaluations>;
  /** Scores by group, in the order of the evaluations. */
  readonly groups?: readonly GroupEvaluation[];
}

/** Formats evaluations as JSON; a group without a name is null. */
export function evaluationsToJson({ dataset, evaluations, paired, groups }: EvaluationResults): string {
  const models = evaluations.map((evaluation, index) => ({
    ...evaluation,
    outcomes: undefined,
    confidences: undefined,
    by: groups && {
      ...groups[index],
      groups: groups[index].groups.map((one) => ({ ...one, group: one.group ?? null })),
    },
  }));
  return `${JSON.stringify({ dataset, labels: EMOTIONS, models, paired }, null, 2)}\n`;
}

/** Formats evaluations as text. */
export function evaluationsToText({ dataset, evaluations, paired, groups }: EvaluationResults): string {
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

function describeModel(evaluation: ModelEvaluation): string[] {
  const { model, description, score, calibrationError, answered, rightOfAnswered, seconds, byCharacter } =
    evaluation;
  const assumed = describeAssumed(evaluation.assumed, score.foundFaces.trials);
  return [
    `${model}: ${description}`,
    `  accuracy of all images        ${toPercent(score.allImages)}`,
    ...(byCharacter ? [`  over persons or characters    ${toInterval(byCharacter)}`] : []),
    `  accuracy where a face is found ${toPercent(score.foundFaces)}`,
    ...(assumed ? [`  ${assumed}`] : []),
    `  macro F1 where a face is found ${score.macroF1.toFixed(4)}`,
    `  calibration error             ${calibrationError.toFixed(4)}`,
    `  answered, not unsure          ${toPercent(answered)}`,
    `  right of these                ${toPercent(rightOfAnswered)}`,
    `  time                          ${seconds.toFixed(1)} s`,
    ...describeConfusion(score.matrix),
  ];
}

/** Formats a confusion matrix as lines of text. */
export function describeConfusion(matrix: ConfusionMatrix): string[] {
  const line = (name: string, cells: readonly unknown[]) =>
    `    ${name.padEnd(9)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  return [
    '  confusion (rows: true, columns: answered)',
    line(
      '',
      EMOTIONS.map((name) => name.slice(0, 8)),
    ),
    ...EMOTIONS.map((name, row) => line(name, matrix[row])),
  ];
}

/** Formats an estimated share with its 95 % interval. */
export function toInterval({ value, low, high }: Estimate): string {
  return `${formatPercent(value)} (95 %: ${formatPercent(low)} to ${formatPercent(high)})`;
}

/** Formats a share with its counts and Wilson's 95 % interval. */
export function toPercent({ value, low, high, successes, trials }: Proportion): string {
  if (trials === 0) return '– (0 of 0)';
  return `${formatPercent(value)} (${successes} of ${trials}; Wilson 95 %: ${formatPercent(low)} to ${formatPercent(high)})`;
}
