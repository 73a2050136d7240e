import { expectedCalibrationError, fitTemperature, scaleByTemperature } from '../../core/calibration';
import { EMOTIONS, emotionId, isEmotion, type Emotion } from '../../core/emotions';
import { wilsonInterval, type Proportion } from '../../core/intervals';
import { accuracy, confusionMatrix, predictedLabels } from '../../core/metrics';
import { majorityWinner, VOTE_COLUMNS } from '../../core/votes';
import { isAsked, type RealFacesArchive, type RealFacesRun, type ScoredFace } from './archive';
import type { RealFacesModel } from './models';

const CLASSES = EMOTIONS.length;

/** Number of bins of the expected calibration error, as in most papers. */
const ECE_BINS = 15;

/** A model's answer for a test image whose majority label is one of the seven expressions. */
export interface RealFacesAnswer {
  readonly face: ScoredFace;
  /** Majority label. */
  readonly emotion: Emotion;
  readonly answer: Emotion;
  /** Probability of the answer after temperature scaling. */
  readonly confidence: number;
  readonly isRight: boolean;
  /** Number of annotators, of ten, that chose the image's most frequent label. */
  readonly agreement: number;
}

/**
 * Lists the calibrated answers of a model's first seed for the test images, protocol strict-7.
 * @throws RangeError when the model was not evaluated on the test set
 */
export function realFacesAnswers(archive: RealFacesArchive, model: RealFacesModel): RealFacesAnswer[] {
  const { faces, labels, probabilities } = calibrate(archive.faces, firstRun(archive, model)).answers;
  const answers = predictedLabels(probabilities);
  return faces.map((face, row) => ({
    face,
    emotion: EMOTIONS[labels[row]],
    answer: EMOTIONS[answers[row]],
    confidence: probabilities[CLASSES * row + answers[row]],
    isRight: answers[row] === labels[row],
    agreement: Math.max(...face.votes),
  }));
}

/**
 * Returns a model's first run with answers for the test set.
 * @throws RangeError when there is none
 */
export function firstRun({ runs }: RealFacesArchive, model: RealFacesModel): RealFacesRun {
  const run = runs[model]?.find(({ test }) => test.length > 0);
  if (run) return run;
  throw new RangeError(`Expected answers of ${model} about the test side but received none`);
}

/** Computes the validation accuracy of a run, strict-7, which chooses epochs, seeds and recipes. */
export function validationAccuracy(faces: readonly ScoredFace[], run: RealFacesRun): number {
  const { labels, probabilities } = chooseLabelled(faces, run, 'validation');
  return accuracy(confusionMatrix(labels, predictedLabels(probabilities)));
}

/** Answers for faces whose majority label is one of the seven expressions. */
export interface LabelledAnswers {
  readonly faces: readonly ScoredFace[];
  /** Label ids, [n]. */
  readonly labels: Uint8Array;
  /** [n, 7] */
  readonly probabilities: Float32Array;
}

/** Selects a run's answers for the faces of one part whose majority label is one of the seven expressions. */
export function chooseLabelled(
  faces: readonly ScoredFace[],
  run: Pick<RealFacesRun, 'validation' | 'test'>,
  side: 'validation' | 'test',
): LabelledAnswers {
  const own = faces.filter((face) => face.side === side && isAsked(face));
  const rows = own.flatMap((face, row) => {
    const winner = majorityWinner(face.votes);
    return winner && isEmotion(winner) ? [{ face, row, label: emotionId(winner) }] : [];
  });
  const probabilities = new Float32Array(CLASSES * rows.length);
  rows.forEach(({ row }, at) =>
    probabilities.set(run[side].subarray(CLASSES * row, CLASSES * (row + 1)), CLASSES * at),
  );
  return {
    faces: rows.map(({ face }) => face),
    labels: Uint8Array.from(rows, ({ label }) => label),
    probabilities,
  };
}

/** Calibrates a run's test answers by a temperature that is fitted on its validation answers. */
export function calibrate(faces: readonly ScoredFace[], run: RealFacesRun) {
  const validation = chooseLabelled(faces, run, 'validation');
  const temperature = fitTemperature(validation.probabilities, validation.labels);
  const plain = chooseLabelled(faces, run, 'test');
  const answers = { ...plain, probabilities: scaleByTemperature(plain.probabilities, temperature) };
  const [before, after] = [plain, answers].map((one) => expectedCalibrationError(one, ECE_BINS));
  return { temperature, before, after, answers };
}

/**
 * Computes how often one annotator agrees with the majority of the other nine, over all annotators and images. Votes of
 * nine without a majority are left out.
 * @param faces images with other than ten votes are left out
 */
export function annotatorAgreement(faces: readonly Pick<ScoredFace, 'votes'>[]): Proportion {
  let [agreeing, all] = [0, 0];
  for (const { votes } of faces) {
    if (votes.reduce((sum, count) => sum + count, 0) !== votes.length) continue;
    votes.forEach((count, column) => {
      if (count === 0) return;
      const others = votes.map((other, index) => (index === column ? other - 1 : other));
      const winner = majorityWinner(others);
      if (!winner) return;
      all += count;
      if (VOTE_COLUMNS[column] === winner) agreeing += count;
    });
  }
  return wilsonInterval(agreeing, all);
}
