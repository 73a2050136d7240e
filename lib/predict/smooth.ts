import { EMOTIONS } from '../core/emotions';
import { intersectionOverUnion } from '../core/geometry';
import { answerOf, type FacePrediction } from './predictor';

/** Overlap of its box with one in the picture before by which a face is taken for the same. */
const SAME_FACE_OVERLAP = 0.3;

/**
 * Makes a function that smooths a video's answers over time: each face's probabilities are averaged with those that the
 * same face had before, which count less the longer ago they are. A face that was not in the picture before begins anew.
 * @param options.seconds time after which an earlier answer counts 1/e as much; above 0
 * @param options.abstainBelow the probability below which the answer is `unsure`
 * @returns takes the faces of one picture after the other, with its time, and gives them with smoothed answers
 */
export function createSmoother(options: { readonly seconds: number; readonly abstainBelow: number }) {
  let before: readonly FacePrediction[] = [];
  let beforeAt = 0;
  return (faces: readonly FacePrediction[], at: number): FacePrediction[] => {
    const weight = Math.exp((beforeAt - at) / options.seconds);
    const free = new Set(before);
    const smoothed = faces.map((face) => {
      const same = findSame(face, free);
      if (!same) return face;
      free.delete(same);
      const mix = (emotion: (typeof EMOTIONS)[number]) =>
        weight * same.probabilities[emotion] + (1 - weight) * face.probabilities[emotion];
      return { ...face, ...answerOf(Float32Array.from(EMOTIONS, mix), options.abstainBelow) };
    });
    [before, beforeAt] = [smoothed, at];
    return smoothed;
  };
}

function findSame(face: FacePrediction, others: Iterable<FacePrediction>): FacePrediction | undefined {
  const overlap = ({ box }: FacePrediction) => intersectionOverUnion(face.box, box);
  const near = [...others].filter((other) => overlap(other) >= SAME_FACE_OVERLAP);
  return near.sort((first, second) => overlap(second) - overlap(first))[0];
}
