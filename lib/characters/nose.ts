import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { EYE_LINE, type Surface } from './head';
import type { HeadPoint } from './space';

/** The nose. */
export interface Nose {
  /** Line from between the eyes to the tip, 4 points. */
  readonly bridge: readonly HeadPoint[];
  /** Lower edge from the image's left wing to the right one, 5 points. */
  readonly base: readonly HeadPoint[];
  /** Outermost points of the wings, the image's left one first. */
  readonly wings: readonly [HeadPoint, HeadPoint];
  /** Half width at the wings, head units. */
  readonly halfWidth: number;
  readonly baseY: number;
}

/** Computes the shape of the nose. */
export function buildNose(look: Character, units: ActionUnits, surface: Surface): Nose {
  const { width, length } = look.nose;
  const lift = 4.2 * units.AU9 + 1.6 * units.AU10 + 0.8 * units.AU12;
  const halfWidth = 11.5 * width * (1 + 0.14 * units.AU38 + 0.1 * units.AU12 + 0.16 * units.AU9);
  const tipY = (17 * length - 0.75 * lift) * look.face.length;
  const baseY = (23.5 * length - lift) * look.face.length;
  const top = EYE_LINE - 1;
  const bridge = [0, 1, 2, 3].map((index) => {
    const share = index / 3;
    return surface(0, top + (tipY - top) * share, 4 + 17 * share ** 1.5);
  });
  const base = [-0.68, -0.34, 0, 0.34, 0.68].map((u) =>
    surface(
      halfWidth * u,
      baseY + 1.8 * (1 - (u / 0.68) ** 2) - lift * 0.25 * Math.abs(u),
      9 - 4 * Math.abs(u),
    ),
  );
  const wing = (side: number) => surface(side * halfWidth, baseY - 4.5 - 0.5 * lift, 4);
  return { bridge, base, wings: [wing(-1), wing(1)], halfWidth, baseY };
}
