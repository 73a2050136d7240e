import { toSmoothPath } from './curves';
import { drawFold, drawSpot, fill, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Draws a beard; the caller clips it to the head. */
export function drawBeard(scene: Scene): string {
  const { style, colour } = scene.look.beard;
  if (style === 'none') return '';
  if (style === 'stubble') return drawStubble(scene);
  const outline = style === 'goatee' ? toGoatee(scene) : toFullBeard(scene);
  return fill(toSmoothPath(outline.map(scene.project), true), colour, 0.82) + drawMoustache(scene);
}

function drawStubble(scene: Scene): string {
  const { surface, jawDrop } = scene.face.head;
  const { length } = scene.look.face;
  const chin = [-40, -20, 0, 20, 40].map((x) => {
    const y = (66 - x * x * 0.008) * length + 0.6 * jawDrop;
    return drawSpot(scene, 'beard', surface(x, y), { x: 24, y: 24, opacity: 0.26 });
  });
  return chin.join('') + drawSpot(scene, 'beard', surface(0, 34 * length), { x: 24, y: 7, opacity: 0.3 });
}

/**
 * Outline from ear to ear: its upper edge follows the cheeks and the lower lip, its lower edge lies outside the jaw.
 */
function toFullBeard({ look, face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const { halfWidth: width, lowerOuter: lip, corners } = face.mouth;
  const chin = 92 * look.face.length + jawDrop;
  return [
    surface(-halfWidth, -12),
    surface(-halfWidth * 0.86, 18),
    surface(-width - 12, corners[0].y - 7),
    surface(-width * 0.66, lip[4].y + 5),
    surface(0, lip[12].y + 6),
    surface(width * 0.66, lip[20].y + 5),
    surface(width + 12, corners[1].y - 7),
    surface(halfWidth * 0.86, 18),
    surface(halfWidth, -12),
    surface(halfWidth + 6, 20),
    surface(halfWidth * 0.9, chin),
    surface(0, chin + 6),
    surface(-halfWidth * 0.9, chin),
    surface(-halfWidth - 6, 20),
  ];
}

function toGoatee({ look, face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const { halfWidth: width, lowerOuter: lip, corners } = face.mouth;
  const side = halfWidth * 0.45;
  const [sideY, chin] = [66 * look.face.length + 0.6 * jawDrop, 92 * look.face.length + jawDrop];
  return [
    surface(-width - 5, corners[0].y + 2),
    surface(-width * 0.6, lip[5].y + 6),
    surface(0, lip[12].y + 5),
    surface(width * 0.6, lip[19].y + 6),
    surface(width + 5, corners[1].y + 2),
    surface(side, sideY),
    surface(side * 0.8, chin),
    surface(0, chin + 6),
    surface(-side * 0.8, chin),
    surface(-side, sideY),
  ];
}

function drawMoustache(scene: Scene): string {
  const { look, face } = scene;
  const { surface } = face.head;
  const { upperOuter: lip, halfWidth } = face.mouth;
  const { baseY } = face.nose;
  const halves = [-1, 1].map((side) => {
    const follow = (index: number) => lip[side < 0 ? index : lip.length - 1 - index];
    const line = [
      surface(side, (baseY + lip[12].y) / 2 + 0.5, 5),
      surface(follow(7).x, (baseY + 2 * follow(7).y) / 3 - 0.5, 5),
      surface(follow(3).x, follow(3).y - 4.5, 4),
      surface(side * (halfWidth + 3), follow(0).y - 1, 3),
    ];
    return drawFold(scene, line, { colour: look.beard.colour, halfWidth: 2.9, opacity: 0.8 });
  });
  return halves.join('');
}
