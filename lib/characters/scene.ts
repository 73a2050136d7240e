import type { Point } from '../core/geometry';
import type { Character, Colour } from './characters';
import type { Expression, Face } from './face';
import { buildCamera, type HeadPoint, type Pose } from './head-space';
import { fill, mixColours, toNumberText, toTaperedRibbon } from './svg';

/** Lighting of a frame. */
interface Light {
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

/** A view with what the drawing functions share. */
export type Scene = ReturnType<typeof buildScene>;

/** Computes a view's colours and projection. */
export function buildScene(view: View, face: Face) {
  /** Maps head units to pixels. */
  const project = buildCamera(view.pose);
  const { surface, jawDrop } = face.head;
  /** Draws a soft elliptic spot on the head. @param spot half width and half height in head units, opacity 0 to 1 */
  const spot = (brush: Brush, centre: HeadPoint, { x, y, opacity }: Point & { opacity: number }) => {
    if (opacity < 0.01) return '';
    const base = surface(centre.x, centre.y).z;
    const at = (dx: number, dy: number) => {
      const [px, py] = [centre.x + dx, centre.y + dy];
      return project({ x: px, y: py, z: centre.z + surface(px, py).z - base });
    };
    const axis = (from: Point, to: Point) => [(to.x - from.x) / 2, (to.y - from.y) / 2];
    const middle = project(centre);
    const matrix = [...axis(at(-x, 0), at(x, 0)), ...axis(at(0, -y), at(0, y)), middle.x, middle.y];
    const transform = `matrix(${matrix.map(toNumberText).join(' ')})`;
    return `<circle r="1" transform="${transform}" fill="url(#${brush})" fill-opacity="${toNumberText(opacity)}"/>`;
  };
  /** Draws a line that is thickest in the middle, such as a wrinkle. @param fold half width there in head units */
  const fold = (
    line: readonly HeadPoint[],
    { colour, halfWidth, opacity }: { colour: Colour; halfWidth: number; opacity: number },
  ) => {
    if (opacity < 0.03) return '';
    return fill(toTaperedRibbon(line.map(project), halfWidth * view.pose.scale), colour, opacity);
  };
  const { units } = view.expression;
  return { ...view, ...face, units, surface, jawDrop, palette: buildPalette(view.look), project, spot, fold };
}

/** Derives light, shade and line colours from a character's base colours. */
function buildPalette({ skin, hair, mouth, style }: Character) {
  return {
    skin: skin.colour,
    skinLight: mixColours(skin.colour, '#fff3dc', 0.32),
    skinShade: mixColours(skin.colour, '#5a2330', 0.2 + 0.2 * style.contrast),
    skinDeep: mixColours(skin.colour, '#2b0d14', 0.52 + 0.16 * style.contrast),
    line: mixColours(skin.colour, '#1d0d10', 0.82),
    hair: hair.colour,
    hairLight: mixColours(hair.colour, '#ffe2b8', 0.26),
    hairDark: mixColours(hair.colour, '#08060c', 0.45),
    lip: mouth.lips,
    lipDark: mixColours(mouth.lips, '#240509', 0.5),
  };
}

/** A soft brush: its spots' opacity falls to 0 at the edge. */
type Brush = 'light' | 'shade' | 'deep' | 'blush' | 'beard' | 'white';

/** Writes the soft brushes' gradients. */
export function drawBrushes({ look, palette }: Scene): string {
  const colours: Record<Brush | 'black' | 'hair', Colour> = {
    light: palette.skinLight,
    shade: palette.skinShade,
    deep: palette.skinDeep,
    blush: look.skin.blush,
    black: '#12080c',
    white: '#ffffff',
    beard: look.beard.colour,
    hair: palette.hairDark,
  };
  const brushes = Object.entries(colours).map(
    ([brush, colour]) =>
      `<radialGradient id="${brush}"><stop stop-color="${colour}"/>` +
      `<stop offset=".55" stop-color="${colour}" stop-opacity=".55"/>` +
      `<stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`,
  );
  return brushes.join('');
}
