import type { Point } from '../core/geometry';
import { ACTION_UNITS, type ActionUnit, type ActionUnits } from './action-units';
import { buildBrow, type Brow } from './brows';
import type { Character } from './character';
import { buildEye, type Eye } from './eyes';
import { buildHead, type Head } from './head';
import { buildMouth, type Mouth } from './mouth';
import { buildNose, type Nose } from './nose';

/** The changing part of a face. */
export interface Expression {
  readonly units: ActionUnits;
  /** Relative strength of the image's right half against its left half, -1 to 1. */
  readonly asymmetry: number;
  /** Direction of the eyes: x and y, each -1 to 1, to the image's right and downwards. */
  readonly gaze: Point;
}

/** A character's face with an expression, in head units; pairs have the image's left one first. */
export interface Face {
  readonly head: Head;
  readonly brows: readonly [Brow, Brow];
  readonly eyes: readonly [Eye, Eye];
  readonly nose: Nose;
  readonly mouth: Mouth;
}

/**
 * Computes the shape of a character's face with an expression. Both the drawing and the true landmarks use it.
 * @param look the character
 * @param expression action units, asymmetry and gaze
 */
export function buildFace(look: Character, { units, asymmetry, gaze }: Expression): Face {
  const head = buildHead(look, units);
  const { surface } = head;
  const sides = [scaleUnits(units, 1 - asymmetry), scaleUnits(units, 1 + asymmetry)] as const;
  return {
    head,
    brows: [buildBrow(look, sides[0], -1, surface), buildBrow(look, sides[1], 1, surface)],
    eyes: [
      buildEye(look, { units: sides[0], gaze }, -1, surface),
      buildEye(look, { units: sides[1], gaze }, 1, surface),
    ],
    nose: buildNose(look, units, surface),
    mouth: buildMouth(look, { units, sides }, surface),
  };
}

function scaleUnits(units: ActionUnits, factor: number): ActionUnits {
  const entries = ACTION_UNITS.map((unit) => [unit, Math.min(1, units[unit] * factor)] as const);
  return Object.fromEntries(entries) as Record<ActionUnit, number>;
}
