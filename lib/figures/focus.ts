import { boundingBox, clampBox, growBox } from '../core/geometry';
import type { Box } from '../core/geometry';
import type { FaceView } from './attention-flow';
import { openImage, readImageSize } from './images';

/** A face whose landmarks span less of the image's longer side than this is cut out for a figure. */
const SMALL_FACE = 0.35;

/**
 * Cuts the surroundings of a small face out of its image, so that a figure shows landmarks and boxes at a size that
 * can be judged. A face that fills its image is left as it is.
 * @returns the view with landmarks and boxes in pixels of the cut-out; the blocks are the same
 */
export async function focusOnFace(view: FaceView): Promise<FaceView> {
  const { width, height } = await readImageSize(view.image);
  const points = Array.from({ length: 68 }, (_, i) => ({
    x: view.landmarks[2 * i],
    y: view.landmarks[2 * i + 1],
  }));
  const face = boundingBox(points);
  const side = Math.max(face.width, face.height);
  const part = clampBox(growBox(face, 0.5 * side), width, height);
  if (!part || side >= SMALL_FACE * Math.max(width, height)) return view;
  const image = await openImage(view.image)
    .extract({ left: part.x, top: part.y, width: part.width, height: part.height })
    .png()
    .toBuffer();
  const move = (box: Box): Box => ({ ...box, x: box.x - part.x, y: box.y - part.y });
  const landmarks = view.landmarks.map((value, index) => value - (index % 2 === 0 ? part.x : part.y));
  return { ...view, image, landmarks, eyesBox: move(view.eyesBox), mouthBox: move(view.mouthBox) };
}
