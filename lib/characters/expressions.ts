import type { Emotion } from '../core/emotions';
import type { Random } from '../core/random';
import { ACTION_UNITS, type ActionUnit, type SomeActionUnits } from './action-units';

/** Lowest and highest intensity of a unit at the expression's peak. */
type Range = readonly [low: number, high: number];

/** One variant of an expression: units that always occur, and units that may occur. */
interface Variant {
  readonly always: Readonly<Partial<Record<ActionUnit, Range>>>;
  /** Probability (0 to 1), lowest and highest intensity. */
  readonly sometimes: Readonly<
    Partial<Record<ActionUnit, readonly [chance: number, low: number, high: number]>>
  >;
}

/**
 * The variants of each expression, by action units.
 * Source: prototypes and major variants in Ekman, Friesen and Hager, FACS Investigator's Guide, 2002, and EMFACS.
 */
export const VARIANTS: Readonly<Record<Emotion, readonly Variant[]>> = {
  anger: [
    {
      always: { AU4: [0.85, 1], AU7: [0.45, 0.8], AU23: [0.4, 0.9], AU24: [0.4, 0.9] },
      sometimes: { AU5: [0.8, 0.4, 0.8], AU17: [0.6, 0.2, 0.6], AU38: [0.5, 0.4, 1] },
    },
    {
      always: {
        AU4: [0.85, 1],
        AU5: [0.3, 0.7],
        AU7: [0.35, 0.7],
        AU10: [0.15, 0.35],
        AU16: [0.6, 0.95],
        AU25: [0.7, 1],
        AU20: [0.1, 0.4],
      },
      sometimes: { AU9: [0.2, 0.1, 0.25], AU26: [0.4, 0.1, 0.3], AU38: [0.6, 0.5, 1], AU23: [0.5, 0.2, 0.6] },
    },
    {
      always: {
        AU4: [0.85, 1],
        AU5: [0.4, 0.8],
        AU7: [0.3, 0.6],
        AU10: [0.15, 0.35],
        AU25: [0.9, 1],
        AU26: [0.55, 1],
        AU16: [0.3, 0.7],
      },
      sometimes: { AU38: [0.6, 0.5, 1], AU23: [0.5, 0.2, 0.5] },
    },
  ],
  disgust: [
    {
      always: { AU9: [0.75, 1], AU10: [0.55, 0.95], AU17: [0.35, 0.8], AU7: [0.3, 0.6] },
      sometimes: { AU4: [0.5, 0.2, 0.45], AU15: [0.6, 0.3, 0.6], AU6: [0.4, 0.2, 0.5] },
    },
    {
      always: { AU9: [0.7, 1], AU10: [0.7, 1], AU25: [0.5, 0.9], AU7: [0.3, 0.6] },
      sometimes: {
        AU4: [0.4, 0.2, 0.45],
        AU16: [0.6, 0.2, 0.5],
        AU26: [0.5, 0.1, 0.4],
        AU15: [0.4, 0.2, 0.5],
        AU6: [0.4, 0.2, 0.5],
      },
    },
    {
      always: {
        AU9: [0.7, 1],
        AU10: [0.45, 0.8],
        AU19: [0.7, 1],
        AU25: [0.8, 1],
        AU26: [0.35, 0.7],
        AU7: [0.3, 0.6],
      },
      sometimes: { AU4: [0.5, 0.2, 0.5], AU6: [0.4, 0.2, 0.5] },
    },
  ],
  fear: [
    {
      always: {
        AU1: [0.85, 1],
        AU2: [0.2, 0.45],
        AU4: [0.5, 0.8],
        AU5: [0.8, 1],
        AU20: [0.75, 1],
        AU25: [0.7, 1],
        AU16: [0.45, 0.75],
      },
      sometimes: { AU7: [0.4, 0.1, 0.3], AU26: [0.4, 0.05, 0.2] },
    },
    {
      always: {
        AU1: [0.85, 1],
        AU2: [0.25, 0.5],
        AU4: [0.5, 0.8],
        AU5: [0.85, 1],
        AU20: [0.7, 1],
        AU25: [0.8, 1],
        AU26: [0.25, 0.5],
        AU16: [0.3, 0.6],
      },
      sometimes: { AU7: [0.3, 0.1, 0.3] },
    },
    {
      always: {
        AU1: [0.85, 1],
        AU2: [0.15, 0.4],
        AU4: [0.6, 0.85],
        AU5: [0.85, 1],
        AU20: [0.8, 1],
        AU25: [0.5, 0.75],
        AU16: [0.35, 0.6],
        AU10: [0.1, 0.3],
      },
      sometimes: { AU15: [0.4, 0.1, 0.3] },
    },
  ],
  joy: [
    {
      always: { AU6: [0.4, 0.9], AU12: [0.7, 1], AU25: [0.6, 1] },
      sometimes: { AU26: [0.4, 0.1, 0.4], AU1: [0.2, 0.1, 0.3], AU2: [0.2, 0.1, 0.4] },
    },
    {
      always: { AU6: [0.3, 0.8], AU12: [0.65, 1] },
      sometimes: { AU14: [0.4, 0.2, 0.6], AU2: [0.2, 0.1, 0.4] },
    },
    {
      always: { AU6: [0.6, 1], AU12: [0.8, 1], AU25: [0.9, 1], AU26: [0.5, 0.95] },
      sometimes: { AU43: [0.3, 0.2, 0.5], AU1: [0.3, 0.1, 0.4], AU2: [0.3, 0.1, 0.4] },
    },
  ],
  neutral: [{ always: {}, sometimes: {} }],
  sadness: [
    {
      always: { AU1: [0.75, 1], AU4: [0.25, 0.6], AU15: [0.6, 1], AU17: [0.4, 0.85] },
      sometimes: { AU43: [0.6, 0.1, 0.35], AU24: [0.2, 0.1, 0.3] },
    },
    {
      always: { AU1: [0.75, 1], AU4: [0.2, 0.5], AU15: [0.65, 1], AU43: [0.2, 0.42] },
      sometimes: { AU17: [0.3, 0.1, 0.3], AU25: [0.2, 0.1, 0.3] },
    },
    {
      always: {
        AU1: [0.8, 1],
        AU4: [0.4, 0.7],
        AU6: [0.25, 0.6],
        AU15: [0.6, 0.9],
        AU25: [0.3, 0.6],
        AU43: [0.15, 0.35],
      },
      sometimes: { AU17: [0.4, 0.2, 0.5], AU20: [0.3, 0.1, 0.3], AU10: [0.3, 0.1, 0.3] },
    },
  ],
  surprise: [
    {
      always: { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 0.95], AU25: [0.9, 1], AU26: [0.75, 1] },
      sometimes: {},
    },
    {
      always: { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 1], AU25: [0.9, 1], AU27: [0.5, 0.95] },
      sometimes: {},
    },
    {
      always: { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 0.9], AU25: [0.8, 1], AU26: [0.5, 0.75] },
      sometimes: { AU7: [0.2, 0, 0.1] },
    },
  ],
};

/**
 * Draws the units of an expression's peak at random.
 * @param emotion the expression
 * @param manner the character's factor of each unit
 * @param random source of the variant and of its intensities
 * @returns intensities, which may slightly exceed 1 before they are clamped
 */
export function generateUnits(emotion: Emotion, manner: SomeActionUnits, random: Random): SomeActionUnits {
  const { always, sometimes } = random.pick(VARIANTS[emotion]);
  const units: Partial<Record<ActionUnit, number>> = {};
  for (const unit of ACTION_UNITS) {
    const range = always[unit];
    const chance = sometimes[unit];
    const [roll, share] = [random.next(), random.next()];
    if (range) units[unit] = (range[0] + (range[1] - range[0]) * share) * (manner[unit] ?? 1);
    else if (chance && roll < chance[0])
      units[unit] = (chance[1] + (chance[2] - chance[1]) * share) * (manner[unit] ?? 1);
  }
  return units;
}

/**
 * Draws a character's factor of each unit at random.
 * @param random the character's own source
 * @returns factors, 0.85 to 1.12
 */
export function generateManner(random: Random): SomeActionUnits {
  return Object.fromEntries(ACTION_UNITS.map((unit) => [unit, random.uniform(0.85, 1.12)]));
}
