import sharp from 'sharp';
import type { Point } from '../core/geometry';
import { buildFace } from './face';
import { drawBrow, drawEye, drawGlasses, drawMouth, drawNose } from './features';
import { drawBackHair, drawFrontHair, drawHairShadow } from './hair';
import { drawFolds, drawHeadOutline, drawRelief, drawSkin, toHeadPath } from './head';
import { buildCamera, drawPair, makePair, type HeadPoint } from './head-space';
import { buildScene, drawBrushes, type Scene, type View } from './scene';
import { clipTo, fill, mixColours, stroke, toCurve, toNumberText, toShape, toTwoStops } from './svg';

/** Side of a frame in pixels, as FERG-DB's frames. */
export const FRAME_SIZE = 256;

/**
 * Computes a frame's true landmarks.
 * @returns 68 points in pixels: 0-16 jaw, 17-21 and 22-26 brows, 27-35 nose, 36-41 and 42-47 eyes, 48-59 outer and
 *   60-67 inner lips, each from the image's left
 */
export function measureLandmarks({ look, expression, pose }: View): Point[] {
  const { head, brows, eyes, nose, mouth } = buildFace(look, expression);
  const at = (line: readonly HeadPoint[], ...indices: number[]) => indices.map((index) => line[index]);
  const points = [
    ...head.jaw,
    ...at(brows[0].line, 16, 12, 8, 4, 0),
    ...at(brows[1].line, 0, 4, 8, 12, 16),
    ...nose.bridge,
    ...nose.base,
    ...at(eyes[0].upper, 12, 8, 4, 0),
    ...at(eyes[0].lower, 4, 8),
    ...at(eyes[1].upper, 0, 4, 8, 12),
    ...at(eyes[1].lower, 8, 4),
    mouth.corners[0],
    ...at(mouth.upperOuter, 4, 9, 12, 15, 20),
    mouth.corners[1],
    ...at(mouth.lowerOuter, 20, 16, 12, 8, 4),
    ...at(mouth.upperInner, 1, 8, 12, 16, 23),
    ...at(mouth.lowerInner, 16, 12, 8),
  ];
  return points.map(buildCamera(pose));
}

/**
 * Draws a frame as SVG.
 * @param view character, expression, pose and light
 * @returns an SVG document of 256x256 pixels; the same view gives the same text
 */
export function renderSvg(view: View): string {
  const scene = buildScene(view, buildFace(view.look, view.expression));
  const inHead = drawSkin(scene) + drawRelief(scene) + drawHairShadow(scene) + drawFolds(scene);
  const parts = [
    drawBrushes(scene),
    drawBackground(scene),
    drawBackHair(scene),
    drawBody(scene),
    drawEars(scene),
    clipTo('head', toHeadPath(scene), inHead),
    drawHeadOutline(scene),
    drawNose(scene),
    drawMouth(scene),
    drawPair((side, index) => drawEye(scene, side, index)),
    drawPair((_, index) => drawBrow(scene, index)),
    drawGlasses(scene),
    drawFrontHair(scene),
    drawLight(scene),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${FRAME_SIZE}" height="${FRAME_SIZE}">${parts.join('')}</svg>`;
}

/** Draws the wall behind the character. */
function drawBackground({ look, light }: Scene): string {
  const bright = mixColours(look.background, '#ffffff', 0.3);
  const dark = mixColours(look.background, '#1b1a2b', 0.3);
  const [x, y] = [50 + 30 * light.x, 45 + 25 * light.y].map(toNumberText);
  return (
    `<radialGradient id="wall" cx="${x}%" cy="${y}%" r="85%">${toTwoStops(bright, dark)}</radialGradient>` +
    `<rect width="256" height="256" fill="url(#wall)"/>`
  );
}

/** Draws neck, shoulders and clothes. They follow the head's position, but not its rotation. */
function drawBody({ look, palette, pose, head, project }: Scene): string {
  const base = project({ x: 0, y: 40, z: -18 });
  const at = (x: number, y: number) => ({ x: base.x + x * pose.scale, y: base.y + y * pose.scale });
  const neck = head.halfWidth * 0.5;
  const bottom = (270 - base.y) / pose.scale + 20;
  const right = [at(neck + 14, 66), at(neck, 30), at(neck, -30)];
  const neckPath = toShape([at(-neck, -30), at(-neck, 30), at(-neck - 14, 66), at(0, 90), ...right]);
  const xs = [130, 104, 56, neck + 3, neck * 0.6];
  const ys = [bottom, 84, 64, 56, 68];
  const halves = makePair((side) => ys.map((y, index) => at(side * xs[index], y)));
  const shoulders = toCurve([...halves[0], at(0, 78), ...halves[1].reverse()]);
  const cloth = look.clothes;
  const ink = look.style.outlinePx;
  const stops = toTwoStops(cloth, mixColours(cloth, '#100c1c', 0.4));
  return (
    fill(neckPath, palette.skinShade) +
    (ink ? stroke(neckPath, palette.line, ink * 0.8) : '') +
    `<linearGradient id="cloth" x2="0" y2="1">${stops}</linearGradient>` +
    fill(shoulders, 'url(#cloth)') +
    stroke(shoulders, mixColours(cloth, '#0c0814', 0.55), Math.max(1, ink))
  );
}

/** Draws the ears, with earrings if any. */
function drawEars({ look, head, palette, project }: Scene): string {
  if (look.hair.style === 'scarf') return '';
  const { outlinePx } = look.style;
  const size = look.face.ears;
  return drawPair((side) => {
    const at = (x: number, y: number) =>
      project({ x: side * (head.halfWidth + x * size), y: y * size - 2, z: -6 - 0.4 * x });
    const path = toShape([at(-6, -16), at(4, -19), at(10, -12), at(9, 2), at(3, 14), at(-6, 12)]);
    const shell = toCurve([at(1, -12), at(6, -9), at(4, 0), at(1, 6)]);
    const ring = at(2, 19);
    return (
      fill(path, mixColours(palette.skin, palette.skinShade, 0.4)) +
      (outlinePx ? stroke(path, palette.line, outlinePx) : '') +
      stroke(shell, palette.skinDeep, 1.6, 0.55) +
      (look.earrings
        ? `<circle cx="${toNumberText(ring.x)}" cy="${toNumberText(ring.y)}" r="3.6" fill="#f3d37a" stroke="#8a6420" stroke-width="1"/>`
        : '')
    );
  });
}

/** Draws exposure and the falloff of the light over the whole frame. */
function drawLight({ light }: Scene): string {
  const veil = light.exposure < 0 ? '#0a0814' : '#fff6e6';
  const from = light.x > 0 ? 0 : 1;
  return (
    `<rect width="256" height="256" fill="${veil}" fill-opacity="${toNumberText(0.2 * Math.abs(light.exposure))}"/>` +
    `<linearGradient id="fall" x1="${from}" y1="1" x2="${1 - from}" y2="0"><stop stop-color="#0a0614" stop-opacity="${toNumberText(0.34 * light.strength)}"/>` +
    `<stop offset=".6" stop-color="#0a0614" stop-opacity="0"/></linearGradient><rect width="256" height="256" fill="url(#fall)"/>`
  );
}

/**
 * Renders a frame as PNG.
 * @param svg from {@link renderSvg}
 * @returns an encoded PNG, 256x256, RGB
 */
export async function renderPng(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: 6 }).toBuffer();
}
