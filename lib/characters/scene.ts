import type { Point } from '../core/geometry';
import type { Character, Colour } from './character';
import { buildPalette, type Palette } from './colour';
import { taper, toNumberText, toRibbon } from './curves';
import { buildFace, type Expression, type Face } from './face';
import { buildCamera, type HeadPoint, type Pose } from './space';

/** Lighting of a frame. */
export interface Light {
  /** Direction of the light source: x is -1 (image's left) to 1 (right), y is -1 (above) to 1 (below). */
  readonly x: number;
  readonly y: number;
  /** Contrast between lit and dark side, 0 to 1. */
  readonly strength: number;
  /** -1 (darker) to 1 (brighter). */
  readonly exposure: number;
}

/** Content of a frame. */
export interface View {
  readonly look: Character;
  readonly expression: Expression;
  readonly pose: Pose;
  readonly light: Light;
}

/** A view with the data that the drawing functions share. */
export interface Scene extends View {
  readonly face: Face;
  readonly palette: Palette;
  readonly project: (point: HeadPoint) => Point;
}

/** Names of the soft brushes: spots whose opacity falls to 0 at the edge. */
const BRUSHES = ['light', 'shade', 'deep', 'blush', 'black', 'white', 'beard', 'hair'] as const;

/** One of {@link BRUSHES}. */
type Brush = (typeof BRUSHES)[number];

/** Computes a view's face, colours and projection. */
export function buildScene(view: View): Scene {
  return {
    ...view,
    face: buildFace(view.look, view.expression),
    palette: buildPalette(view.look),
    project: buildCamera(view.pose),
  };
}

/** Writes the soft brushes' gradients. */
export function drawBrushes({ palette, look }: Scene): string {
  const colours: Record<Brush, Colour> = {
    light: palette.skinLight,
    shade: palette.skinShade,
    deep: palette.skinDeep,
    blush: look.skin.blush,
    black: '#12080c',
    white: '#ffffff',
    beard: look.beard.colour,
    hair: palette.hairDark,
  };
  return BRUSHES.map(
    (brush) =>
      `<radialGradient id="${brush}"><stop stop-color="${colours[brush]}"/>` +
      `<stop offset=".55" stop-color="${colours[brush]}" stop-opacity=".55"/>` +
      `<stop offset="1" stop-color="${colours[brush]}" stop-opacity="0"/></radialGradient>`,
  ).join('');
}

/**
 * Draws a soft elliptic spot on the head.
 * @param centre in head units
 * @param size half width and half height in head units, and opacity, 0 to 1
 */
export function drawSpot(
  scene: Scene,
  brush: Brush,
  centre: HeadPoint,
  size: { x: number; y: number; opacity: number },
): string {
  if (size.opacity < 0.01) return '';
  const middle = scene.project(centre);
  const { surface } = scene.face.head;
  const base = surface(centre.x, centre.y).z;
  const axis = (x: number, y: number) => {
    const end = scene.project({
      x: centre.x + x,
      y: centre.y + y,
      z: centre.z + surface(centre.x + x, centre.y + y).z - base,
    });
    const start = scene.project({
      x: centre.x - x,
      y: centre.y - y,
      z: centre.z + surface(centre.x - x, centre.y - y).z - base,
    });
    return [(end.x - start.x) / 2, (end.y - start.y) / 2];
  };
  const matrix = [...axis(size.x, 0), ...axis(0, size.y), middle.x, middle.y].map(toNumberText);
  return `<circle r="1" transform="matrix(${matrix.join(' ')})" fill="url(#${brush})" fill-opacity="${toNumberText(size.opacity)}"/>`;
}

/**
 * Draws a line that is thickest in the middle, such as a wrinkle.
 * @param line in head units
 * @param stroke colour, half width in the middle in head units, and opacity, 0 to 1
 */
export function drawFold(
  scene: Scene,
  line: readonly HeadPoint[],
  stroke: { colour: Colour; halfWidth: number; opacity: number },
): string {
  if (stroke.opacity < 0.03) return '';
  const points = line.map(scene.project);
  const path = toRibbon(points, taper(points.length, stroke.halfWidth * scene.pose.scale));
  return fill(path, stroke.colour, stroke.opacity);
}

/** Writes a filled path. */
export function fill(path: string, paint: string, opacity = 1): string {
  return `<path d="${path}" fill="${paint}"${opacity < 1 ? ` fill-opacity="${toNumberText(opacity)}"` : ''}/>`;
}

/** Writes a stroked path with round ends. */
export function stroke(path: string, colour: Colour, widthPx: number, opacity = 1): string {
  return (
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${toNumberText(widthPx)}"` +
    ` stroke-linecap="round" stroke-linejoin="round"${opacity < 1 ? ` stroke-opacity="${toNumberText(opacity)}"` : ''}/>`
  );
}

/** Writes a group that is clipped to a path. */
export function clipTo(id: string, path: string, content: string): string {
  return `<clipPath id="${id}"><path d="${path}"/></clipPath><g clip-path="url(#${id})">${content}</g>`;
}
