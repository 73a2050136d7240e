import type { Point } from '../core/geometry';
import { mixColours } from './colour';
import { toOutline, toRibbon, toSmoothPath } from './curves';
import { clipTo, drawSpot, fill, stroke, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Draws the mouth: first the cavity with tongue and teeth, then the lips. */
export function drawMouth(scene: Scene): string {
  const { mouth } = scene.face;
  const lines = {
    upperOuter: mouth.upperOuter.map(scene.project),
    upperInner: mouth.upperInner.map(scene.project),
    lowerInner: mouth.lowerInner.map(scene.project),
    lowerOuter: mouth.lowerOuter.map(scene.project),
  };
  const cavity = toOutline(lines.upperInner, [...lines.lowerInner].reverse());
  const open = mouth.gap > 0.8;
  return (
    (open ? fill(cavity, '#2a0b12') + clipTo('mouth', cavity, drawInside(scene)) : '') +
    drawLips(scene, lines) +
    drawTongue(scene) +
    (open ? stroke(cavity, scene.palette.lipDark, 0.9, 0.8) : '') +
    drawLipLine(scene, lines.upperInner, open)
  );
}

function drawLips(
  scene: Scene,
  lines: Readonly<Record<'upperOuter' | 'upperInner' | 'lowerInner' | 'lowerOuter', readonly Point[]>>,
): string {
  const { palette, look } = scene;
  const ink = Math.max(0.7, look.style.outlinePx * 0.8);
  const upperLip = toOutline(lines.upperOuter, [...lines.upperInner].reverse());
  const lowerLip = toOutline(lines.lowerInner, [...lines.lowerOuter].reverse());
  return (
    fill(upperLip, mixColours(palette.lip, palette.lipDark, 0.3)) +
    fill(lowerLip, palette.lip) +
    drawGloss(scene) +
    stroke(toSmoothPath(lines.upperOuter), palette.lipDark, ink, 0.55) +
    stroke(toSmoothPath(lines.lowerOuter), palette.lipDark, ink, 0.5)
  );
}

/** Draws the shadow between the lips, which is thin at the corners. */
function drawLipLine({ pose, expression }: Scene, line: readonly Point[], open: boolean): string {
  const last = line.length - 1;
  const widths = line.map((_, index) => (index % last === 0 ? 0.35 : open ? 0.7 : 1.25) * pose.scale);
  return fill(toRibbon(line, widths), '#30090f', expression.units.AU19 > 0.3 ? 0.7 : 0.95);
}

/** Draws teeth and tongue; the caller clips them to the cavity. The lower teeth move with the jaw. */
function drawInside(scene: Scene): string {
  const { face, project } = scene;
  const { mouth } = face;
  const { surface, jawDrop } = face.head;
  const far = (y: number): HeadPoint[] => mouth.upperInner.map(({ x }) => surface(x, y));
  const upperTeeth = toOutline(mouth.upperTeeth.map(project), far(-10).reverse().map(project));
  const lowerTeeth = toOutline(mouth.lowerTeeth.map(project), far(150).reverse().map(project));
  const gaps = [4, 8, 12, 16, 20]
    .map((index) => mouth.upperTeeth[index])
    .map((point) => [project({ ...point, y: point.y - 9 }), project(point)])
    .map((line) => stroke(toSmoothPath(line), '#b8aca0', 0.7, 0.55));
  return (
    (jawDrop > 3 ? fill(toSmoothPath(toTongueTop(scene).map(project), true), '#b4504f') : '') +
    fill(lowerTeeth, '#e6ddd0') +
    fill(upperTeeth, '#fbf7ef') +
    gaps.join('') +
    stroke(toSmoothPath(mouth.upperTeeth.map(project)), '#8f8379', 0.9, 0.8)
  );
}

function toTongueTop({ face }: Scene): HeadPoint[] {
  const { mouth, head } = face;
  const floor = mouth.lowerInner[12].y;
  const height = 0.34 * mouth.gap;
  const wide = mouth.halfWidth * 0.62;
  const at = (x: number, y: number) => head.surface(x, y, 3);
  return [
    at(-wide, floor + 2),
    at(-wide * 0.6, floor - height * 0.8),
    at(0, floor - height * 0.75),
    at(wide * 0.6, floor - height * 0.8),
    at(wide, floor + 2),
    at(0, floor + 10),
  ];
}

function drawTongue(scene: Scene): string {
  const { face, project, expression, palette } = scene;
  const show = expression.units.AU19;
  if (show < 0.15 || face.mouth.gap < 1.5) return '';
  const { mouth, head } = face;
  const top = mouth.upperInner[12].y + 0.45 * mouth.gap;
  const lip = mouth.lowerOuter[12].y;
  const tip = mouth.lowerInner[12].y + show * (lip - mouth.lowerInner[12].y + 7);
  const wide = mouth.halfWidth * 0.5;
  const at = (x: number, y: number) => project(head.surface(x, y, 8));
  const outline = [
    at(-wide, top + 1),
    at(0, top - 1),
    at(wide, top + 1),
    at(wide * 0.95, (top + tip) / 2 + 1),
    at(wide * 0.6, tip - 1),
    at(0, tip),
    at(-wide * 0.6, tip - 1),
    at(-wide * 0.95, (top + tip) / 2 + 1),
  ];
  const path = toSmoothPath(outline, true);
  return (
    fill(path, '#d2706c') +
    stroke(path, palette.lipDark, 1.1, 0.85) +
    stroke(toSmoothPath([at(0, top + 2), at(0.6, (top + tip) / 2), at(0, tip - 4)]), '#8f3a3d', 1.1, 0.8)
  );
}

function drawGloss(scene: Scene): string {
  const { lowerInner, lowerOuter, halfWidth } = scene.face.mouth;
  const [top, bottom] = [lowerInner[12], lowerOuter[12]];
  const place = { ...bottom, x: bottom.x + 4 * scene.light.x, y: 0.45 * top.y + 0.55 * bottom.y };
  return drawSpot(scene, 'white', place, {
    x: 0.5 * halfWidth,
    y: 0.42 * (bottom.y - top.y),
    opacity: 0.38,
  });
}
