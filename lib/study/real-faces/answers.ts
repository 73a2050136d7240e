import { expectedCalibrationError, fitTemperature, scaleByTemperature } from '../../core/calibration';
import { EMOTIONS, emotionId } from '../../core/emotions';
import { wilsonInterval, type Proportion } from '../../core/intervals';
import { accuracy, confusionMatrix, predictedLabels } from '../../core/metrics';
import { labelByVotes, majorityWinner, VOTE_COLUMNS } from '../../core/votes';
import { isAsked, type RealFacesArchive, type RealFacesRun, type ScoredFace } from './archive';
import type { RealFacesModel } from './models';

const CLASSES = EMOTIONS.length;

/** Number of bins of the expected calibration error, as in most papers. */
const ECE_BINS = 15;

/**
 * Lists the calibrated answers of a model's first seed for the test images with a majority label, protocol strict-7.
 * @returns for each image its majority label `emotion`, the `answer`, its probability after temperature scaling, and how
 *   many of the ten annotators chose the image's most frequent label
 * @throws RangeError when the model was not evaluated on the test set
 */
export function realFacesAnswers(archive: RealFacesArchive, model: RealFacesModel) {
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

/**
 * Selects a run's answers for the faces of one part whose majority label is one of the seven expressions.
 * @returns n faces, their label ids [n], and probabilities [n, 7]
 */
export function chooseLabelled(
  faces: readonly ScoredFace[],
  run: Pick<RealFacesRun, 'validation' | 'test'>,
  side: 'validation' | 'test',
) {
  const asked = faces.filter((face) => face.side === side && isAsked(face));
  const chosen = asked.flatMap((face, row) => {
    const emotion = labelByVotes(face.votes, 'strict');
    const probabilities = run[side].subarray(CLASSES * row, CLASSES * (row + 1));
    return emotion ? [{ face, label: emotionId(emotion), probabilities }] : [];
  });
  return {
    faces: chosen.map(({ face }) => face),
    labels: Uint8Array.from(chosen, ({ label }) => label),
    probabilities: Float32Array.from(chosen.flatMap(({ probabilities }) => [...probabilities])),
  };
}

/**
 * Calibrates a run's test answers by a temperature that is fitted on its validation answers.
 * @returns the temperature, the expected calibration error before and after, and the calibrated answers
 */
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
      const winner = count > 0 && majorityWinner(votes.map((other, at) => other - Number(at === column)));
      if (!winner) return;
      all += count;
      if (VOTE_COLUMNS[column] === winner) agreeing += count;
    });
  }
  return wilsonInterval(agreeing, all);
}
