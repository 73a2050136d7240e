import { type BlockSet, expectFaces } from '../../core/blocks';
import { EMOTIONS, type Emotion } from '../../core/emotions';
import { majorityWinner } from '../../core/votes';
import { PICTURE_SIDES } from '../../model/training/data';
import type { PictureFigure } from '../../figures/figure';
import { overlayMap } from '../../figures/overlay';
import { sampleSheet } from '../../figures/sheets';

/** An average is shown of at least this many faces, so that no person can be recognised. */
const FEWEST_FACES = 100;

const PICTURES = { face: 'whole face', eyes: 'eyes block', mouth: 'mouth block' } as const;

/**
 * Averages pictures of faces.
 * @param pixels grey levels, [n, area], 0 to 255
 * @param faces positions, at least 100
 * @returns grey levels, [area]
 * @throws RangeError for fewer faces
 */
export function averagePictures(pixels: Uint8Array, area: number, faces: readonly number[]): Uint8Array {
  if (faces.length < FEWEST_FACES)
    throw new RangeError(
      `Expected at least ${FEWEST_FACES} faces for an average but received ${faces.length}`,
    );
  const sums = new Float64Array(area);
  for (const face of faces) for (let at = 0; at < area; at++) sums[at] += pixels[face * area + at];
  return Uint8Array.from(sums, (sum) => Math.round(sum / faces.length));
}

/**
 * Draws the average face and the two average blocks of each expression.
 * @param blocks with whole faces and votes
 * @param training positions of the training faces; those with a majority label count
 * @throws RangeError for an expression with fewer than 100 faces
 */
export async function averageFacesFigure(
  blocks: BlockSet,
  training: readonly number[],
): Promise<PictureFigure> {
  const { eyes, mouth, faces, records } = expectFaces(blocks);
  const pixels = { face: faces, eyes, mouth };
  const facesOf = (emotion: Emotion) =>
    training.filter((face) => majorityWinner(records[face].votes ?? []) === emotion);
  const cells = EMOTIONS.flatMap((emotion) => {
    const own = facesOf(emotion);
    return (['face', 'eyes', 'mouth'] as const).map((name) => {
      const average = averagePictures(pixels[name], PICTURE_SIDES[name] ** 2, own);
      const image = overlayMap(average, new Uint8Array(average.length));
      return { image, character: PICTURES[name], emotion };
    });
  });
  return sampleSheet(cells, {
    title: 'The average face of each expression, and what the two blocks keep of it',
    subtitle: 'Means over all training photographs of FER+ with that majority label, at least 100 faces each',
    cellPx: 96,
  });
}
