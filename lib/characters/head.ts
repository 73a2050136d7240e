import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { HALF_WIDTH, resample, sampleCurve, surfaceDepth, type HeadPoint } from './space';

/** Maps a point in the plane of the face to the head's surface, `lift` head units above it. */
export type Surface = (x: number, y: number, lift?: number) => HeadPoint;

/** The head without eyes, brows, nose and mouth. */
export interface Head {
  /** Half width at the ears, head units. */
  readonly halfWidth: number;
  /** Closed silhouette, clockwise from the top. */
  readonly outline: readonly HeadPoint[];
  /** Jaw line from the image's left ear over the chin to its right ear, 17 points. */
  readonly jaw: readonly HeadPoint[];
  /** How far the jaw is dropped, 0 to 30 head units. */
  readonly jawDrop: number;
  readonly surface: Surface;
}

/** Y coordinate of the eyes, head units. */
export const EYE_LINE = -15;

/** Computes how far the jaw drops, 0 to 30 head units. */
export function measureJawDrop(units: ActionUnits): number {
  return Math.min(30, 15 * units.AU26 + 27 * units.AU27);
}

/**
 * Computes the shape of a character's head.
 * @param look the character
 * @param units action units; those of jaw, cheeks and chin have an effect
 */
export function buildHead(look: Character, units: ActionUnits): Head {
  const { width, length, jaw, chin, cheek } = look.face;
  const halfWidth = HALF_WIDTH * width;
  const jawDrop = measureJawDrop(units);
  const puff = 2.5 * Math.max(units.AU12, units.AU6);
  const half: HeadPoint[] = [
    { x: 0.5 * halfWidth, y: -99, z: 0 },
    { x: 0.85 * halfWidth, y: -77, z: 0 },
    { x: 0.985 * halfWidth, y: -42, z: 2 },
    { x: halfWidth, y: -10, z: 3 },
    { x: (0.91 + 0.07 * cheek) * halfWidth + puff, y: 24 * length, z: 10 },
    { x: jaw * halfWidth - 0.06 * jawDrop, y: 53 * length + 0.4 * jawDrop, z: 18 },
    { x: chin * halfWidth, y: 76 * length + 0.8 * jawDrop - 1.5 * units.AU17, z: 30 },
  ];
  const tip = { x: 0, y: 82 * length + 0.82 * jawDrop - 2 * units.AU17, z: 34 };
  const left = half.map((point) => ({ ...point, x: -point.x }));
  const ring = [{ x: 0, y: -106, z: 0 }, ...half, tip, ...left.reverse()];
  const closed = sampleCurve([...ring.slice(-2), ...ring, ...ring.slice(0, 3)], 4);
  const outline = closed.slice(8, 8 + 4 * ring.length);
  const under = outline.slice(4 * 4, 4 * 12 + 1).reverse();
  return {
    halfWidth,
    outline,
    jaw: resample(under, 17),
    jawDrop,
    surface: (x, y, lift = 0) => ({ x, y, z: surfaceDepth(x, y, width) + lift }),
  };
}
