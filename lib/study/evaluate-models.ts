import path from 'node:path';
import { expectedCalibrationError } from '../core/calibration';
import { EMOTIONS, emotionId } from '../core/emotions';
import {
  accuracyByCharacter,
  pairedDifference,
  type ScoredFrame,
  comparePaired,
  type PairedOutcome,
} from '../core/accuracy-estimates';
import { type Estimate, type Proportion, wilsonInterval } from '../core/intervals';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import { countAssumed } from '../faces/detector/usual-landmarks';
import { predictInputs } from '../predict/predict-inputs';
import { type FacePrediction, isUnread, type Predictor } from '../predict/predictor';
import { scoreTest, type TestScore } from './score-test';

/** How one model did on a folder. */
export interface ModelEvaluation {
  readonly model: string;
  readonly description: string;
  readonly score: TestScore;
  /** Expected calibration error over the found faces, 0 to 1. */
  readonly calibrationError: number;
  /** Share of the found faces that were answered at all, not `unsure`, and of these the right ones. */
  readonly answered: Proportion;
  readonly rightOfAnswered: Proportion;
  /** Cropped faces whose landmarks are assumed. */
  readonly assumed: number;
  readonly seconds: number;
  /** Accuracy of all images with its interval over persons or characters; undefined where there is one only. */
  readonly byCharacter?: Estimate;
  /** Whether each image was answered rightly, in the data set's order; a missed face is none. */
  readonly outcomes: readonly boolean[];
  /** Probability of each image's likeliest answer, 0 to 1, in the same order; undefined for a missed face. */
  readonly confidences: readonly (number | undefined)[];
}

/** What evaluating is told while it runs. */
export interface EvaluateOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly shouldStop?: () => boolean;
}

/**
 * Asks a model about every image of a data set and compares its answer for the largest face with the label. An image without a face or that cannot be read counts as an error.
 * @returns undefined when it was stopped
 */
export async function evaluateModel(
  predictor: Predictor,
  { directory, records }: Dataset,
  { onProgress, shouldStop }: EvaluateOptions = {},
): Promise<ModelEvaluation | undefined> {
  const start = performance.now();
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
  const { name, description } = predictor.classifier;
  const seconds = (performance.now() - start) / 1000;
  const scored = scoreFaces(records, faces);
  const byCharacter = hasCharacters(records)
    ? accuracyByCharacter(toScored(records, scored.outcomes))
    : undefined;
  return { model: name, description, ...scored, ...(byCharacter && { byCharacter }), seconds };
}

/** How two models compare. */
export interface ModelComparison extends PairedOutcome {
  /** First minus second, paired by person or character; undefined where there is one only. */
  readonly difference?: Estimate;
}

/**
 * Compares two models that were evaluated on the same data set, image by image and person by person.
 * @param records of that data set
 */
export function compareEvaluations(
  first: ModelEvaluation,
  second: ModelEvaluation,
  records: readonly FrameRecord[],
): ModelComparison {
  const paired = comparePaired(first.outcomes, second.outcomes);
  if (!hasCharacters(records)) return paired;
  const [one, other] = [first, second].map(({ outcomes }) => toScored(records, outcomes));
  return { ...paired, difference: pairedDifference(one, other) };
}

/** Tells whether images are of more than one person or character. */
export function hasCharacters(records: readonly FrameRecord[]): boolean {
  return new Set(records.map(({ character }) => character)).size > 1;
}

function toScored(records: readonly FrameRecord[], outcomes: readonly boolean[]): ScoredFrame[] {
  return records.map(({ character, path: name, clip = name }, index) => ({
    character,
    clip,
    score: Number(outcomes[index]),
  }));
}

function scoreFaces(
  records: readonly FrameRecord[],
  faces: readonly (FacePrediction | undefined)[],
): Pick<
  ModelEvaluation,
  'score' | 'calibrationError' | 'answered' | 'rightOfAnswered' | 'assumed' | 'outcomes' | 'confidences'
> {
  const outcomes = records.map(({ emotion }, index) => faces[index]?.likeliest === emotion);
  const found = records.flatMap(({ emotion }, index) => {
    const face = faces[index];
    return face ? [{ label: emotionId(emotion), face }] : [];
  });
  const labels = Uint8Array.from(found, ({ label }) => label);
  const answers = Uint8Array.from(found, ({ face }) => emotionId(face.likeliest));
  const rows = found.flatMap(({ face }) => EMOTIONS.map((emotion) => face.probabilities[emotion]));
  const answered = found.filter(({ face }) => face.answer !== 'unsure');
  const right = answered.filter(({ label, face }) => face.answer === EMOTIONS[label]);
  return {
    outcomes,
    confidences: faces.map((face) => face?.confidence),
    score: scoreTest(labels, answers, records.length - found.length),
    calibrationError: expectedCalibrationError({ labels, probabilities: Float32Array.from(rows) }),
    assumed: countAssumed(found.map(({ face }) => face.detector)),
    answered: wilsonInterval(answered.length, found.length),
    rightOfAnswered: wilsonInterval(right.length, answered.length),
  };
}
