import type { Scene } from './scene';
import { makePair, type HeadPoint } from './head-space';
import { fill, toShape } from './svg';

/** Draws a beard; the caller clips it to the head. */
export function drawBeard(scene: Scene): string {
  const { style, colour } = scene.look.beard;
  if (style === 'none') return '';
  if (style === 'stubble') return drawStubble(scene);
  return fill(toShape(toOutline(scene).map(scene.project)), colour, 0.82) + drawMoustache(scene);
}

function drawStubble({ face, look, spot }: Scene): string {
  const { surface, jawDrop } = face.head;
  const { length } = look.face;
  const chin = [-40, -20, 0, 20, 40].map((x) => {
    const y = (66 - x * x * 0.008) * length + 0.6 * jawDrop;
    return spot('beard', surface(x, y), { x: 24, y: 24, opacity: 0.26 });
  });
  return chin.join('') + spot('beard', surface(0, 34 * length), { x: 24, y: 7, opacity: 0.3 });
}

/** Returns a goatee's outline, or a full beard's from ear to ear, whose lower edge lies outside the jaw. */
function toOutline({ look, face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const { halfWidth: width, lowerOuter: lip, corners } = face.mouth;
  const isGoatee = look.beard.style === 'goatee';
  const chin = 92 * look.face.length + jawDrop;
  const jawY = 66 * look.face.length + 0.6 * jawDrop;
  const [left, right] = makePair((side, index) => {
    const at = (x: number, y: number) => surface(side * x, y);
    const cornerY = corners[index].y;
    const lipY = (steps: number) => lip[side < 0 ? steps : 24 - steps].y;
    return isGoatee
      ? {
          upper: [at(width + 5, cornerY + 2), at(width * 0.6, lipY(5) + 6)],
          lower: [at(halfWidth * 0.45, jawY), at(halfWidth * 0.45 * 0.8, chin)],
        }
      : {
          upper: [
            at(halfWidth, -12),
            at(halfWidth * 0.86, 18),
            at(width + 12, cornerY - 7),
            at(width * 0.66, lipY(4) + 5),
          ],
          lower: [at(halfWidth + 6, 20), at(halfWidth * 0.9, chin)],
        };
  });
  const [middle, bottom] = [surface(0, lip[12].y + (isGoatee ? 5 : 6)), surface(0, chin + 6)];
  const lower = [...right.lower, bottom, ...left.lower.reverse()];
  return [...left.upper, middle, ...right.upper.reverse(), ...lower];
}

function drawMoustache({ look, face, fold }: Scene): string {
  const { surface } = face.head;
  const { upperOuter: lip, halfWidth } = face.mouth;
  const { baseY } = face.nose;
  const halves = makePair((side) => {
    const [end, outer, inner] = [0, 3, 7].map((steps) => lip[side < 0 ? steps : 24 - steps]);
    const line = [
      surface(side, (baseY + lip[12].y) / 2 + 0.5, 5),
      surface(inner.x, (baseY + 2 * inner.y) / 3 - 0.5, 5),
      surface(outer.x, outer.y - 4.5, 4),
      surface(side * (halfWidth + 3), end.y - 1, 3),
    ];
    return fold(line, { colour: look.beard.colour, halfWidth: 2.9, opacity: 0.8 });
  });
  return halves.join('');
}
