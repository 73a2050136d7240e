import { mixColours } from './colour';
import { toOutline, toRibbon, toSmoothPath } from './curves';
import { clipTo, drawSpot, fill, stroke, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Paints the mouth: the cavity with tongue and teeth, then the lips. */
export function drawMouth(scene: Scene): string {
  const { face, palette, project, look, expression } = scene;
  const { mouth } = face;
  const [upperOuter, upperInner, lowerInner, lowerOuter] = [
    mouth.upperOuter,
    mouth.upperInner,
    mouth.lowerInner,
    mouth.lowerOuter,
  ].map((line) => line.map(project));
  const cavity = toOutline(upperInner, [...lowerInner].reverse());
  const upperLip = toOutline(upperOuter, [...upperInner].reverse());
  const lowerLip = toOutline(lowerInner, [...lowerOuter].reverse());
  const ink = Math.max(0.7, look.style.outlinePx * 0.8);
  const open = mouth.gap > 0.8;
  return (
    (open ? fill(cavity, '#2a0b12') + clipTo('mouth', cavity, drawInside(scene)) : '') +
    fill(upperLip, mixColours(palette.lip, palette.lipDark, 0.3)) +
    fill(lowerLip, palette.lip) +
    drawGloss(scene) +
    stroke(toSmoothPath(upperOuter), palette.lipDark, ink, 0.55) +
    stroke(toSmoothPath(lowerOuter), palette.lipDark, ink, 0.5) +
    drawTongue(scene) +
    (open ? stroke(cavity, palette.lipDark, 0.9, 0.8) : '') +
    fill(
      toRibbon(
        upperInner,
        upperInner.map((_, index) => (index % 24 === 0 ? 0.9 : open ? 0.7 : 1.25) * scene.pose.scale),
      ),
      '#30090f',
      expression.units.AU19 > 0.3 ? 0.7 : 0.95,
    )
  );
}

function drawInside(scene: Scene): string {
  const { face, project, expression } = scene;
  const { mouth } = face;
  const { surface, jawDrop } = face.head;
  const far = (y: number): HeadPoint[] => mouth.upperInner.map(({ x }) => surface(x, y));
  const upperTeeth = toOutline(mouth.upperTeeth.map(project), far(-10).reverse().map(project));
  const lowerTeeth = toOutline(mouth.lowerTeeth.map(project), far(150).reverse().map(project));
  const floor = mouth.lowerInner[12].y;
  const meet = stroke(toSmoothPath(mouth.upperTeeth.map(project)), '#8f8379', 0.9, 0.8);
  const gaps = mouth.upperTeeth
    .filter((_, index) => index >= 4 && index <= 20 && index % 4 === 0)
    .map((point) => [project({ ...point, y: point.y - 9 }), project(point)])
    .map((line) => stroke(toSmoothPath(line), '#b8aca0', 0.7, 0.55));
  return (
    (jawDrop > 3
      ? drawSpot(scene, 'white', surface(0, floor), { x: 0, y: 0, opacity: 0 }) +
        fill(toSmoothPath(toTongueTop(scene).map(project), true), '#b4504f')
      : '') +
    (expression.units.AU16 > 0.1 || expression.units.AU20 > 0.2 ? fill(lowerTeeth, '#e6ddd0') : '') +
    fill(upperTeeth, '#fbf7ef') +
    gaps.join('') +
    meet
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
  const { face, light, palette } = scene;
  const { lowerInner, lowerOuter } = face.mouth;
  const middle = { ...lowerOuter[12], y: lowerInner[12].y * 0.45 + lowerOuter[12].y * 0.55 };
  const shift = 4 * light.x;
  const thickness = lowerOuter[12].y - lowerInner[12].y;
  return palette.lip
    ? drawSpot(
        scene,
        'white',
        { ...middle, x: middle.x + shift },
        { x: 0.5 * face.mouth.halfWidth, y: 0.42 * thickness, opacity: 0.38 },
      )
    : '';
}
