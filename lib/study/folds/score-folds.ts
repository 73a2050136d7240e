import type { BlockSet } from '../../core/blocks';
import { toCsv } from '../../core/csv';
import { EMOTIONS, emotionId } from '../../core/emotions';
import { accuracyByCharacter } from '../../core/accuracy-estimates';
import { bootstrapByGroup, type Estimate } from '../../core/intervals';
import { type ConfusionMatrix, predictedLabels, macroF1 } from '../../core/metrics';
import { createRandom } from '../../core/random';
import type { FrameRecord } from '../../core/record';
import type { FoldResult } from '../queue/jobs';
import { scoreTest, type TestScore } from '../score-test';

const CLASSES = EMOTIONS.length;

/** An image, and the answer of the network whose training set lacks the image's person. */
export interface FoldAnswer {
  readonly record: FrameRecord;
  /** Label id with the highest probability; undefined without a found face. */
  readonly label?: number;
  /** [7]; undefined without a found face. */
  readonly probabilities?: readonly number[];
}

/** Score of one person. */
interface PersonScore {
  readonly person: string;
  readonly images: number;
  /** Number of images without a found face; they count as errors. */
  readonly missed: number;
  readonly correct: number;
  /** Person that chose the epoch, and the chosen epoch; undefined without a found face. */
  readonly validation?: string;
  readonly bestEpoch?: number;
}

/** Scores of a leave-one-person-out evaluation. */
export interface FoldsScore {
  /** Over the images of all folds. */
  readonly score: TestScore;
  /** Accuracy of all images with its interval over persons. */
  readonly accuracy: Estimate;
  /** Macro F1 of the found faces with its interval from a bootstrap over persons. */
  readonly macroF1: Estimate;
  readonly persons: readonly PersonScore[];
}

/**
 * Collects the answers of all folds.
 * @param records all images of the data set, those without a found face included
 * @returns one answer an image, in the records' order
 */
export function gatherAnswers(
  records: readonly FrameRecord[],
  blocks: BlockSet,
  results: readonly FoldResult[],
): FoldAnswer[] {
  const found = new Map<string, number[]>();
  for (const { person, probabilities } of results) {
    const faces = blocks.records.filter(({ character }) => character === person);
    faces.forEach(({ path }, row) =>
      found.set(path, probabilities.slice(CLASSES * row, CLASSES * (row + 1))),
    );
  }
  return records.map((record) => {
    const probabilities = found.get(record.path);
    return probabilities
      ? { record, probabilities, label: predictedLabels(Float32Array.from(probabilities))[0] }
      : { record };
  });
}

/**
 * Scores the answers of all folds.
 * @param seed of the bootstrap
 */
export function scoreFolds(
  answers: readonly FoldAnswer[],
  results: readonly FoldResult[],
  seed: number,
): FoldsScore {
  const score = scoreAnswers(answers);
  const names = [...new Set(answers.map(({ record }) => record.character))].sort();
  const persons = names.map((person) => {
    const own = answers.filter(({ record }) => record.character === person);
    const { matrix, allImages, foundFaces } = scoreAnswers(own);
    const result = results.find((one) => one.person === person);
    return {
      matrix,
      row: {
        person,
        images: allImages.trials,
        missed: allImages.trials - foundFaces.trials,
        correct: allImages.successes,
        ...(result && { validation: result.validation, bestEpoch: result.bestEpoch }),
      },
    };
  });
  const scored = answers.map(({ record: { character, path, clip = path, emotion }, label }) => ({
    character,
    clip,
    score: Number(label === emotionId(emotion)),
  }));
  return {
    score,
    accuracy: accuracyByCharacter(scored),
    macroF1: bootstrapByGroup(
      persons.filter(({ row }) => row.missed < row.images).map(({ matrix }) => [matrix]),
      (matrices) => macroF1(sumMatrices(matrices)),
      { random: createRandom(seed, 'macro F1 over persons') },
    ),
    persons: persons.map(({ row }) => row),
  };
}

function scoreAnswers(answers: readonly FoldAnswer[]): TestScore {
  const found = answers.filter(({ label }) => label !== undefined);
  return scoreTest(
    Uint8Array.from(found, ({ record }) => emotionId(record.emotion)),
    Uint8Array.from(found, ({ label }) => label!),
    answers.length - found.length,
  );
}

function sumMatrices(matrices: readonly ConfusionMatrix[]): number[][] {
  const sumAt = (row: number, column: number) => matrices.reduce((sum, one) => sum + one[row][column], 0);
  return EMOTIONS.map((_, row) => EMOTIONS.map((_, column) => sumAt(row, column)));
}

/** Column names of a table of predictions. */
export const PREDICTION_COLUMNS = ['path', 'true', 'answer', ...EMOTIONS.map((emotion) => `p_${emotion}`)];

/** Formats a row of a table of predictions; answer and probabilities are empty for an image without a found face. */
export function predictionRow({ record, label, probabilities }: FoldAnswer): string[] {
  const answer = label === undefined ? '' : EMOTIONS[label];
  const shares = probabilities?.map((value) => value.toFixed(5)) ?? EMOTIONS.map(() => '');
  return [record.path, record.emotion, answer, ...shares];
}

/** Formats the answers of all folds as CSV. */
export function toPredictionsCsv(answers: readonly FoldAnswer[]): string {
  const rows = answers.map((answer) => [...predictionRow(answer), answer.record.character]);
  return toCsv([[...PREDICTION_COLUMNS, 'person'], ...rows]);
}
