import path from 'node:path';
import { BLOCK_SIZE } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { focusOnFace, type FaceView } from '../figures/attention-flow';
import type { TableRow } from '../figures/tables';
import { formatAnswer } from './format';
import { isUnread } from './predictor';
import type { PicturePrediction, UnreadPicture } from './predictor';

/**
 * Gathers what was seen in pictures, for a figure: of each picture the largest face, cut out where it is small.
 * @param results of picture files; those without a face, and frames of videos, which are no files, are left out
 */
export async function viewPredictions(
  results: readonly (PicturePrediction | UnreadPicture)[],
): Promise<FaceView[]> {
  const block = (data: Uint8Array) => ({ width: BLOCK_SIZE, height: BLOCK_SIZE, data });
  const views = results.flatMap((result) =>
    (isUnread(result) || result.seconds !== undefined ? [] : result.faces.slice(0, 1)).map((face) => ({
      image: result.source,
      caption: `${shortName(result.source)}: ${formatAnswer(face)}`,
      landmarks: face.landmarks,
      eyesBox: face.eyesBox,
      mouthBox: face.mouthBox,
      eyes: block(face.eyes),
      mouth: block(face.mouth),
    })),
  );
  return Promise.all(views.map(focusOnFace));
}

/**
 * Lists what was said of pictures: a row a face with its answer and each expression's probability in percent; what
 * has no face or could not be read says so in place of an answer.
 */
export function predictionRows(results: readonly (PicturePrediction | UnreadPicture)[]): TableRow[] {
  const blank = Object.fromEntries(EMOTIONS.map((emotion) => [`${emotion} %`, null]));
  return results.flatMap((result): TableRow[] => {
    const picture = nameOf(result);
    if (isUnread(result)) return [{ picture, answer: result.reason, ...blank }];
    if (result.faces.length === 0) return [{ picture, answer: 'no face', ...blank }];
    return result.faces.map(({ answer, probabilities }) => {
      const shares = EMOTIONS.map((emotion) => [`${emotion} %`, Math.round(100 * probabilities[emotion])]);
      return { picture, answer, ...(Object.fromEntries(shares) as TableRow) };
    });
  });
}

function nameOf(result: PicturePrediction | UnreadPicture): string {
  const name = path.basename(result.source);
  return isUnread(result) || result.seconds === undefined ? name : `${name} at ${result.seconds} s`;
}

/** A caption is as wide as its picture. */
function shortName(file: string): string {
  const { name } = path.parse(file);
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}
