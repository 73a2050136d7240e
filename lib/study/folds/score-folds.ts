import type { BlockSet } from '../../core/blocks';
import { toCsv } from '../../core/csv';
import { EMOTIONS, emotionId } from '../../core/emotions';
import type { Experiment } from '../../core/experiment-settings';
import { accuracyByCharacter, bootstrapByGroup } from '../../core/intervals';
import { groupBy } from '../../core/group-by';
import { predictedLabels, scoreTest, type TestScore } from '../../core/metrics';
import { createRandom } from '../../core/random';
import type { FrameRecord } from '../../core/record';
import { LEAVE_ONE_PERSON_OUT } from '../../core/split';
import type { Dataset } from '../../datasets/dataset';
import { describeConfusion, describeFigure, scoreFrames, toInterval, toPercent } from '../evaluate-models';
import type { FoldResult } from './run-folds';

const CLASSES = EMOTIONS.length;

/** An image, and the answer of the network whose training set lacks the image's person. */
interface FoldAnswer {
  readonly record: FrameRecord;
  /** Label id with the highest probability; undefined without a found face. */
  readonly label?: number;
  /** [7]; undefined without a found face. */
  readonly probabilities?: readonly number[];
}

/**
 * Collects the answers of all folds.
 * @param records all images of the data set, those without a found face included
 * @returns one answer per image, in the records' order
 */
export function gatherAnswers(
  records: readonly FrameRecord[],
  blocks: BlockSet,
  results: readonly FoldResult[],
): FoldAnswer[] {
  const found = results.flatMap(({ person, probabilities }) => {
    const labels = predictedLabels(Float32Array.from(probabilities));
    const own = blocks.records.filter(({ character }) => character === person);
    return own.map(({ path }, row): [string, Omit<FoldAnswer, 'record'>] => {
      const shares = probabilities.slice(CLASSES * row, CLASSES * (row + 1));
      return [path, { label: labels[row], probabilities: shares }];
    });
  });
  const byPath = new Map(found);
  return records.map((record) => ({ record, ...byPath.get(record.path) }));
}

/**
 * Scores the answers of all folds.
 * @param seed of the bootstrap
 * @returns the score over the images of all folds; accuracy of all images with its interval over persons; macro F1 of the
 *   found faces with its interval from a bootstrap over persons; and each person's counts
 */
export function scoreFolds(answers: readonly FoldAnswer[], results: readonly FoldResult[], seed: number) {
  const persons = [...groupBy(answers, ({ record }) => record.character)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const records = answers.map(({ record }) => record);
  const outcomes = answers.map(({ record, label }) => label === emotionId(record.emotion));
  return {
    score: scoreAnswers(answers),
    accuracy: accuracyByCharacter(scoreFrames(records, outcomes)),
    macroF1: bootstrapByGroup(
      persons.map(([, own]) => chooseFound(own)).filter(({ length }) => length > 0),
      (own) => scoreAnswers(own).macroF1,
      { random: createRandom(seed, 'macro F1 over persons') },
    ),
    persons: persons.map(([person, own]) => {
      const { allImages, foundFaces } = scoreAnswers(own);
      const fold = results.find((one) => one.person === person);
      return {
        person,
        images: allImages.trials,
        /** Images without a found face; they count as errors. */
        missed: allImages.trials - foundFaces.trials,
        correct: allImages.successes,
        // A person without a found face has no fold.
        ...(fold && { validation: fold.validation, bestEpoch: fold.bestEpoch }),
      };
    }),
  };
}

function chooseFound(answers: readonly FoldAnswer[]): FoldAnswer[] {
  return answers.filter(({ label }) => label !== undefined);
}

function scoreAnswers(answers: readonly FoldAnswer[]): TestScore {
  const found = chooseFound(answers);
  const truth = found.map(({ record }) => emotionId(record.emotion));
  const labels = found.map(({ label }) => label!);
  return scoreTest(truth, labels, answers.length - found.length);
}

/** Lists the rows of a table of predictions; answer and probabilities are empty for an image without a found face. */
export function listPredictions(answers: readonly FoldAnswer[]): string[][] {
  const header = ['path', 'true', 'answer', ...EMOTIONS.map((emotion) => `p_${emotion}`)];
  const rows = answers.map(({ record, label = -1, probabilities = [] }) => {
    const shares = EMOTIONS.map((_, id) => probabilities[id]?.toFixed(5) ?? '');
    return [record.path, record.emotion, EMOTIONS[label] ?? '', ...shares];
  });
  return [header, ...rows];
}

/** Formats the answers of all folds as CSV. */
export function toPredictionsCsv(answers: readonly FoldAnswer[]): string {
  const persons = ['person', ...answers.map(({ record }) => record.character)];
  return toCsv(listPredictions(answers).map((row, index) => [...row, persons[index]]));
}

/** A finished leave-one-person-out evaluation. */
export interface CrossValidation {
  readonly dataset: Dataset;
  readonly blocks: BlockSet;
  readonly answers: readonly FoldAnswer[];
  readonly figures: ReturnType<typeof scoreFolds>;
  readonly experiment: Experiment;
  readonly model: string;
  readonly parameters: number;
  readonly folds: number;
  readonly backend: string;
  readonly seconds: number;
}

/**
 * Formats the figures as JSON. Rates are 0 to 1, times in seconds.
 * @param leftOut parts of a report that do not exist for leave-one-person-out
 */
export function foldsToJson(done: CrossValidation, leftOut?: readonly string[]): string {
  const { dataset, figures, experiment, model, parameters, folds, backend, seconds } = done;
  const { score, accuracy, macroF1, persons } = figures;
  const [images, faces] = [score.allImages.trials, score.foundFaces.trials];
  const report = {
    dataset: dataset.name,
    synthetic: dataset.synthetic,
    images,
    faces,
    detectionRate: faces / images,
    split: { name: LEAVE_ONE_PERSON_OUT, folds },
    model,
    parameters,
    epochs: experiment.epochs,
    accuracyOfFound: score.foundFaces.value,
    accuracyOfAll: accuracy.value,
    accuracyOfAllInterval: [accuracy.low, accuracy.high],
    macroF1: macroF1.value,
    macroF1Interval: [macroF1.low, macroF1.high],
    intervals: '95 %, over persons',
    labels: EMOTIONS,
    matrix: score.matrix,
    classes: score.classes,
    persons,
    backend,
    experiment: { ...experiment, split: LEAVE_ONE_PERSON_OUT },
    leftOut,
    seconds: { folds: seconds },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Formats the figures as text. */
export function foldsToText({ dataset, figures, model, folds }: CrossValidation): string {
  const { score, accuracy, macroF1, persons } = figures;
  const width = Math.max('person'.length, ...persons.map(({ person }) => person.length));
  const [f1, low, high] = [macroF1.value, macroF1.low, macroF1.high].map((value) => value.toFixed(4));
  const row = (person: string, cells: readonly unknown[]) =>
    `  ${person.padEnd(width)}  ${cells.map((cell, index) => String(cell).padStart([6, 7, 5, 10][index])).join('  ')}`;
  return [
    `Data: ${dataset.name}, ${score.allImages.trials} images of ${persons.length} persons`,
    `${model}, trained ${folds} times: each person is tested once, the next one chooses the epoch, all others train`,
    describeFigure('accuracy of all images', toPercent(score.allImages)),
    describeFigure('over persons', toInterval(accuracy)),
    describeFigure('accuracy where a face is found', toPercent(score.foundFaces)),
    describeFigure('macro F1 where a face is found', `${f1} (95 %, persons resampled: ${low} to ${high})`),
    ...describeConfusion(score.matrix),
    row('person', ['images', 'no face', 'right', 'best epoch']),
    ...persons.map(({ person, images, missed, correct, bestEpoch = 'no fold' }) =>
      row(person, [images, missed, correct, bestEpoch]),
    ),
    '',
  ].join('\n');
}
