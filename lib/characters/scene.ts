import type { Point } from '../core/geometry';
import type { Character, Colour } from './characters';
import type { ActionUnits } from './expressions';
import { buildCamera, type HeadPoint, type Pose } from './head-space';
import { fill, mixColours, toNumberText, toTaperedRibbon } from './svg';

/** The head without eyes, brows, nose and mouth. Lengths of a face's parts are in head units. */
export interface Head {
  /** Half width at the ears. */
  readonly halfWidth: number;
  /** Closed silhouette, clockwise from the top. */
  readonly outline: readonly HeadPoint[];
  /** Jaw line from the image's left ear over the chin to its right ear, 17 points. */
  readonly jaw: readonly HeadPoint[];
  /** How far the jaw is dropped, 0 to 30. */
  readonly jawDrop: number;
  /** Maps a point in the plane of the face to the head's surface, `lift` above it. */
  readonly surface: (x: number, y: number, lift?: number) => HeadPoint;
}

/** One eyebrow. */
export interface Brow {
  /** Centre line from the inner to the outer end, 17 points. */
  readonly line: readonly HeadPoint[];
  /** Half thickness at each point of the line. */
  readonly halfWidths: readonly number[];
  /** Rise of the inner and the outer end; it wrinkles the forehead. */
  readonly innerRaise: number;
  readonly outerRaise: number;
}

/** One eye. */
export interface Eye {
  /** Edges of the upper and the lower lid, each from the inner to the outer corner, 13 points. */
  readonly upper: readonly HeadPoint[];
  readonly lower: readonly HeadPoint[];
  /** Fold above the upper lid, inner to outer, 13 points. */
  readonly crease: readonly HeadPoint[];
  readonly iris: { readonly centre: HeadPoint; readonly radius: number };
  /** Centre of the eye at rest. */
  readonly centre: HeadPoint;
  /** Half the distance between the corners. */
  readonly halfWidth: number;
}

/** The nose. */
export interface Nose {
  /** Line from between the eyes to the tip, 4 points. */
  readonly bridge: readonly HeadPoint[];
  /** Lower edge from the image's left wing to the right one, 5 points. */
  readonly base: readonly HeadPoint[];
  /** Outermost points of the wings. */
  readonly wings: readonly [HeadPoint, HeadPoint];
  /** Half width at the wings. */
  readonly halfWidth: number;
  readonly baseY: number;
}

/** The mouth. Each line goes from the image's left corner to the right one, 25 points. */
export interface Mouth {
  readonly upperOuter: readonly HeadPoint[];
  readonly upperInner: readonly HeadPoint[];
  readonly lowerInner: readonly HeadPoint[];
  readonly lowerOuter: readonly HeadPoint[];
  /** Edges of the teeth. */
  readonly upperTeeth: readonly HeadPoint[];
  readonly lowerTeeth: readonly HeadPoint[];
  /** Ends of the red of the lips. */
  readonly corners: readonly [HeadPoint, HeadPoint];
  /** Half length of the lines. */
  readonly halfWidth: number;
  /** Distance between the lips in the middle. */
  readonly gap: number;
}

/** A character's face with an expression; pairs have the image's left one first. */
export interface Face {
  readonly head: Head;
  readonly brows: readonly [Brow, Brow];
  readonly eyes: readonly [Eye, Eye];
  readonly nose: Nose;
  readonly mouth: Mouth;
}

/** The changing part of a face. */
export interface Expression {
  readonly units: ActionUnits;
  /** Relative strength of the image's right half against its left half, -1 to 1. */
  readonly asymmetry: number;
  /** Direction of the eyes: x and y, each -1 to 1, to the image's right and downwards. */
  readonly gaze: Point;
}

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
  const { surface } = face.head;
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
  return { ...view, face, palette: buildPalette(view.look), project, spot, fold };
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
type Brush = keyof ReturnType<typeof toBrushColours>;

function toBrushColours(look: Character, palette: ReturnType<typeof buildPalette>) {
  return {
    light: palette.skinLight,
    shade: palette.skinShade,
    deep: palette.skinDeep,
    blush: look.skin.blush,
    black: '#12080c',
    white: '#ffffff',
    beard: look.beard.colour,
    hair: palette.hairDark,
  };
}

/** Writes the soft brushes' gradients. */
export function drawBrushes({ look, palette }: Scene): string {
  const brushes = Object.entries(toBrushColours(look, palette)).map(
    ([brush, colour]) =>
      `<radialGradient id="${brush}"><stop stop-color="${colour}"/>` +
      `<stop offset=".55" stop-color="${colour}" stop-opacity=".55"/>` +
      `<stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`,
  );
  return brushes.join('');
}
