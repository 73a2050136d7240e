import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import type { Box } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { fontFiles, measureText } from './fonts';
import { element, textLine } from './svg';
import { BLOCK_COLORS, COLORS, FONT_FAMILY } from './theme';

/** A face as it is drawn into its picture; all in pixels of the picture. */
export interface AnnotatedFace {
  readonly box: Box;
  readonly eyesBox: Box;
  readonly mouthBox: Box;
  /** [68, 2] */
  readonly landmarks: Float32Array;
  /** What stands at the face, such as `joy 93 %`. */
  readonly label: string;
}

/** Longest side of an annotated picture. */
const LONGEST_SIDE = 2000;

/**
 * Draws faces, landmarks, both blocks' boxes and answers into a picture, without the machine's fonts.
 * @param image is not changed
 * @returns a JPEG, its longer side at most 2000 pixels
 */
export async function annotatePicture(image: RgbImage, faces: readonly AnnotatedFace[]): Promise<Buffer> {
  const { width, height, data } = image;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const picture = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false }).resize({
    ...size,
    fit: 'fill',
  });
  const overlay = drawOverlay(size, scale, faces);
  return picture
    .composite([{ input: overlay, raw: { ...size, channels: 4, premultiplied: true } }])
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function drawOverlay(size: Size, scale: number, faces: readonly AnnotatedFace[]): Buffer {
  const drawn = faces.map((face) => drawFace(face, size, scale));
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = element('svg', { xmlns: namespace, ...size, 'font-family': FONT_FAMILY }, `${drawn.join('')} `);
  const { regular, bold } = fontFiles();
  const font = { loadSystemFonts: false, fontFiles: [regular, bold], defaultFontFamily: 'DejaVu Sans' };
  return Buffer.from(new Resvg(svg, { font }).render().pixels);
}

function drawFace(face: AnnotatedFace, size: Size, scale: number): string {
  const line = Math.max(1.5, (face.box.width * scale) / 110);
  const frame = (box: Box, stroke: string) => {
    const place = {
      x: box.x * scale,
      y: box.y * scale,
      width: box.width * scale,
      height: box.height * scale,
    };
    // A dark line below the coloured one: it is seen on light and on dark.
    return [
      { stroke: COLORS.ink, 'stroke-width': 2 * line },
      { stroke, 'stroke-width': line },
    ]
      .map((pen) => element('rect', { ...place, fill: 'none', ...pen }))
      .join('');
  };
  const dots = Array.from({ length: face.landmarks.length / 2 }, (_, index) => {
    const [cx, cy] = [face.landmarks[2 * index] * scale, face.landmarks[2 * index + 1] * scale];
    return element('circle', {
      cx,
      cy,
      r: 0.8 * line,
      fill: COLORS.paper,
      stroke: COLORS.ink,
      'stroke-width': 0.3 * line,
    });
  });
  const frames = [
    frame(face.box, COLORS.paper),
    frame(face.eyesBox, BLOCK_COLORS.eyes),
    frame(face.mouthBox, BLOCK_COLORS.mouth),
  ];
  return [...frames, ...dots, drawLabel(face, size, scale)].join('');
}

function drawLabel({ box, label }: AnnotatedFace, size: Size, scale: number): string {
  const sizePx = Math.min(40, Math.max(13, (box.width * scale) / 7));
  const width = measureText(label, { sizePx, bold: true }) + sizePx;
  const height = 1.5 * sizePx;
  const x = Math.max(0, Math.min(box.x * scale, size.width - width));
  // Above the face, or below it where there is no room.
  const above = box.y * scale - height - 2;
  const y = above >= 0 ? above : Math.min(size.height - height, (box.y + box.height) * scale + 2);
  const paper = element('rect', { x, y, width, height, rx: 3, fill: COLORS.ink, 'fill-opacity': '0.85' });
  return (
    paper + textLine(label, x + sizePx / 2, y + 1.1 * sizePx, { sizePx, bold: true, color: COLORS.paper })
  );
}
