import { EMOTIONS, emotionId } from '../../core/emotions';
import { mean, wilsonInterval, type Proportion } from '../../core/intervals';
import { accuracy, confusionMatrix, predictedLabels } from '../../core/metrics';
import { labelByVotes, majorityWinner, VOTE_COLUMNS } from '../../core/votes';
import {
  classifiedFaces,
  type RealFacesArchive,
  type RealFacesRun,
  type ScoredFace,
} from './real-faces-archive';
import type { RealFacesModel } from './models';
import { calibrateFolds, type LabelledAnswers, unpackProbabilities } from '../probabilities';

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
  const { faces, after } = calibrateFirst(archive, model);
  return listAnswers(after).map((answer, row) => {
    const face = faces[row];
    return { face, ...answer, agreement: Math.max(...face.votes) };
  });
}

/** Lists the most probable answer about each face, its probability and its true label. */
function listAnswers({ labels, probabilities }: LabelledAnswers) {
  return Array.from(predictedLabels(probabilities), (answer, row) => ({
    emotion: EMOTIONS[labels[row]],
    answer: EMOTIONS[answer],
    confidence: probabilities[CLASSES * row + answer],
    isRight: answer === labels[row],
  }));
}

/** Computes the accuracy of the answers of highest confidence. @param share of all answers, 0 to 1 */
export function accuracyOfSurest(answers: LabelledAnswers, share: number): number {
  const ranked = listAnswers(answers).sort((first, second) => second.confidence - first.confidence);
  return mean(ranked.slice(0, Math.round(share * ranked.length)).map(({ isRight }) => Number(isRight)));
}

/** Computes the validation accuracy of a run, strict-7, which chooses epochs, seeds and recipes. */
export function validationAccuracy(faces: readonly ScoredFace[], run: RealFacesRun): number {
  return accuracy(matrixOfRun(faces, run, 'validation'));
}

/** Computes a run's confusion matrix for one part, strict-7. */
export function matrixOfRun(faces: readonly ScoredFace[], run: RealFacesRun, side: ScoredFace['side']) {
  const { labels, probabilities } = chooseLabelled(faces, run, side);
  return confusionMatrix(labels, predictedLabels(probabilities));
}

/**
 * Selects a run's answers for the faces of one part whose majority label is one of the seven expressions.
 * @returns n faces, their label ids [n], and probabilities [n, 7]
 * @throws RangeError when the number of answers is not that of the classified faces
 */
function chooseLabelled(faces: readonly ScoredFace[], run: RealFacesRun, side: ScoredFace['side']) {
  const classified = classifiedFaces(faces, side);
  const all = unpackProbabilities(run[side], classified.length, `${side} of seed ${run.seed}`);
  const chosen = classified.flatMap((face, row) => {
    const emotion = labelByVotes(face.votes, 'strict');
    const probabilities = all.subarray(CLASSES * row, CLASSES * (row + 1));
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
 * @returns what {@link calibrateFolds} returns, and the labelled test images
 */
export function calibrate(all: readonly ScoredFace[], run: RealFacesRun) {
  const [validation, { faces, ...test }] = (['validation', 'test'] as const).map((side) =>
    chooseLabelled(all, run, side),
  );
  return { faces, ...calibrateFolds([{ validation, test }], ECE_BINS) };
}

/**
 * Calibrates a model's first run with answers for the test set, as {@link calibrate} does.
 * @throws RangeError when there is none
 */
export function calibrateFirst({ faces, runs }: RealFacesArchive, model: RealFacesModel) {
  const run = runs[model]?.find(({ test }) => test !== '');
  if (run) return calibrate(faces, run);
  throw new RangeError(`Expected answers of ${model} about the test side but received none`);
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
