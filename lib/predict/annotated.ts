import path from 'node:path';
import type { RgbImage } from '../core/image';
import { annotatePicture } from '../figures/face-marks';
import { saveWhole } from '../files/whole-file';
import { formatAnswer } from './format';
import type { PicturePrediction } from './predictor';

/**
 * Saves a picture with its faces, boxes and answers drawn in.
 * @param number of the picture, which its name begins with
 */
export async function saveAnnotated(
  folder: string,
  { result, image }: { readonly result: PicturePrediction; readonly image: RgbImage },
  number: number,
): Promise<void> {
  const faces = result.faces.map((face) => ({ ...face, label: formatAnswer(face) }));
  const file = path.join(folder, nameAnnotated(result.source, number));
  await saveWhole(file, await annotatePicture(image, faces));
}

/** Characters that no file name may have on Windows, control characters, and halves of surrogate pairs. */
const NOT_IN_NAMES = /[<>:"/\\|?*\p{Cc}\p{Cs}]+/gu;

/** Bytes of a picture's name that are kept: file systems allow 255 in all. */
const KEPT_BYTES = 200;

/**
 * Names an annotated picture by number and name: pictures of different folders may have the same name. Letters of any
 * script are kept.
 */
export function nameAnnotated(source: string, number: number): string {
  const { name } = path.parse(source);
  let stem = '';
  for (const letter of name.replace(NOT_IN_NAMES, '-')) {
    if (Buffer.byteLength(stem + letter) > KEPT_BYTES) break;
    stem += letter;
  }
  return `${String(number).padStart(4, '0')}-${stem}.jpg`;
}
