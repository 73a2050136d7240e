import sharp from 'sharp';
import { drawBackHair, drawFrontHair, drawHairShadow } from './draw-hair';
import { drawBackground, drawBody, drawEars } from './draw-body';
import { drawHeadOutline, drawRelief, drawSkin, toHeadPath } from './draw-head';
import { drawEyes, drawGlasses } from './draw-eyes';
import { drawFolds } from './draw-folds';
import { drawMouth } from './draw-mouth';
import { drawNose } from './draw-nose';
import { toNumberText } from './curves';
import { buildScene, clipTo, drawBrushes, type Scene, type View } from './scene';

/** Side of a frame in pixels, as FERG-DB's frames. */
export const FRAME_SIZE = 256;

/**
 * Draws a frame as SVG.
 * @param view character, expression, pose and light
 * @returns an SVG document of 256x256 pixels; the same view gives the same text
 */
export function renderSvg(view: View): string {
  const scene = buildScene(view);
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
    drawEyes(scene),
    drawGlasses(scene),
    drawFrontHair(scene),
    drawLight(scene),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${FRAME_SIZE}" height="${FRAME_SIZE}">${parts.join('')}</svg>`;
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
