import path from 'node:path';
import { BLOCK_SIZE } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import type { RgbImage } from '../core/image';
import { focusOnFace, type FaceView } from '../figures/diagrams';
import { annotatePicture } from '../figures/face-marks';
import type { TableRow } from '../figures/tables';
import { saveWhole } from '../files/write-file';
import { formatAnswer } from './format';
import { type FacePrediction, isUnread, type PicturePrediction, type UnreadPicture } from './predictor';

/** Landmarks, boxes and grey levels of a face. */
type BlocksOfFace = Pick<FacePrediction, 'landmarks' | 'eyesBox' | 'mouthBox' | 'eyes' | 'mouth'>;

const BLOCK = { width: BLOCK_SIZE, height: BLOCK_SIZE };

/**
 * Converts a face with its blocks for figures.
 * @param image path of the picture that contains the face
 */
export function toFaceView(image: string, caption: string, face: BlocksOfFace): FaceView {
  const { landmarks, eyesBox, mouthBox } = face;
  const [eyes, mouth] = [face.eyes, face.mouth].map((data) => ({ ...BLOCK, data }));
  return { image, caption, landmarks, eyesBox, mouthBox, eyes, mouth };
}

/**
 * Collects the largest face of each picture for a figure; small faces are cut out.
 * @param results pictures without a face, unread pictures and frames of videos are left out
 */
export async function viewPredictions(
  results: readonly (PicturePrediction | UnreadPicture)[],
): Promise<FaceView[]> {
  const views = results.flatMap((result) => {
    const { source } = result;
    if (isUnread(result) || result.seconds !== undefined || result.faces.length === 0) return [];
    const [face] = result.faces;
    return toFaceView(source, `${shortName(source)}: ${formatAnswer(face)}`, face);
  });
  return Promise.all(views.map(focusOnFace));
}

/** Lists predictions, a row per face with its answer and probabilities in percent; other pictures have a reason as answer. */
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

/** Shortens a name to the width of its picture. */
function shortName(file: string): string {
  const { name } = path.parse(file);
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}

/** Saves a picture with its faces, boxes and answers drawn in. @param number of the picture, for its file name */
export async function saveAnnotated(
  folder: string,
  { result, image }: { readonly result: PicturePrediction; readonly image: RgbImage },
  number: number,
): Promise<void> {
  const faces = result.faces.map((face) => ({ ...face, label: formatAnswer(face) }));
  const file = path.join(folder, nameAnnotated(result.source, number));
  await saveWhole(file, await annotatePicture(image, faces));
}

/** Characters that Windows does not allow in file names, control characters, and unpaired surrogates. */
const NOT_IN_NAMES = /[<>:"/\\|?*\p{Cc}\p{Cs}]+/gu;

/** Maximum number of bytes of a picture's name; file systems allow 255 for a whole name. */
const NAME_BYTES = 200;

/** Makes the file name of an annotated picture: its number, as names can repeat in several folders, and its name in any script. */
export function nameAnnotated(source: string, number: number): string {
  const name = Buffer.from(path.parse(source).name.replace(NOT_IN_NAMES, '-'));
  // A stream leaves out the bytes of a letter that is cut off.
  const stem = new TextDecoder().decode(name.subarray(0, NAME_BYTES), { stream: true });
  return `${String(number).padStart(4, '0')}-${stem}.jpg`;
}
