import type { Emotion } from '../core/emotions';
import type { Random } from '../core/random';

/**
 * The FACS numbers of the action units that drawn faces can move. Source: Ekman, Friesen and Hager, Facial Action
 * Coding System, 2002. 1 inner brow raiser, 2 outer brow raiser, 4 brow lowerer, 5 upper lid raiser, 6 cheek raiser, 7
 * lid tightener, 9 nose wrinkler, 10 upper lip raiser, 12 lip corner puller, 14 dimpler, 15 lip corner depressor, 16
 * lower lip depressor, 17 chin raiser, 19 tongue show, 20 lip stretcher, 23 lip tightener, 24 lip pressor, 25 lips
 * part, 26 jaw drop, 27 mouth stretch, 38 nostril dilator, 43 eye closure.
 */
const NUMBERS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 19, 20, 23, 24, 25, 26, 27, 38, 43] as const;

/** An action unit, such as `AU12`. */
export type ActionUnit = `AU${(typeof NUMBERS)[number]}`;

/** All action units. */
export const ACTION_UNITS: readonly ActionUnit[] = NUMBERS.map((number) => `AU${number}` as const);

/** Intensity of each action unit, 0 (at rest) to 1 (maximum). */
export type ActionUnits = Readonly<Record<ActionUnit, number>>;

/** Intensities of some action units, 0 to 1; the others are at rest. */
export type SomeActionUnits = Readonly<Partial<ActionUnits>>;

/** Computes the intensity of every unit, which is then clamped to 0 to 1. */
export function mapActionUnits(toIntensity: (unit: ActionUnit) => number): ActionUnits {
  const entries = ACTION_UNITS.map((unit) => [unit, Math.min(1, Math.max(0, toIntensity(unit)))]);
  return Object.fromEntries(entries) as ActionUnits;
}

/** Selects the active units, rounded to two decimals, for the manifest. */
export function toActiveUnits(units: ActionUnits): SomeActionUnits {
  const active = ACTION_UNITS.map((unit) => [unit, Math.round(units[unit] * 100) / 100] as const);
  return Object.fromEntries(active.filter(([, strength]) => strength > 0));
}

/** Lowest and highest intensity of a unit at the expression's peak, and the probability that it occurs, default 1. */
type Range = readonly [low: number, high: number, chance?: number];

/**
 * The variants of each expression, by action units.
 * Source: prototypes and major variants in Ekman, Friesen and Hager, FACS Investigator's Guide, 2002, and EMFACS.
 */
// prettier-ignore
export const VARIANTS: Readonly<Record<Emotion, readonly Readonly<Partial<Record<ActionUnit, Range>>>[]>> = {
  anger: [
    { AU4: [0.85, 1], AU7: [0.45, 0.8], AU23: [0.4, 0.9], AU24: [0.4, 0.9],
      AU5: [0.4, 0.8, 0.8], AU17: [0.2, 0.6, 0.6], AU38: [0.4, 1, 0.5] },
    { AU4: [0.85, 1], AU5: [0.3, 0.7], AU7: [0.35, 0.7], AU10: [0.15, 0.35], AU16: [0.6, 0.95],
      AU25: [0.7, 1], AU20: [0.1, 0.4],
      AU9: [0.1, 0.25, 0.2], AU26: [0.1, 0.3, 0.4], AU38: [0.5, 1, 0.6], AU23: [0.2, 0.6, 0.5] },
    { AU4: [0.85, 1], AU5: [0.4, 0.8], AU7: [0.3, 0.6], AU10: [0.15, 0.35], AU25: [0.9, 1], AU26: [0.55, 1],
      AU16: [0.3, 0.7],
      AU38: [0.5, 1, 0.6], AU23: [0.2, 0.5, 0.5] },
  ],
  disgust: [
    { AU9: [0.75, 1], AU10: [0.55, 0.95], AU17: [0.35, 0.8], AU7: [0.3, 0.6],
      AU4: [0.2, 0.45, 0.5], AU15: [0.3, 0.6, 0.6], AU6: [0.2, 0.5, 0.4] },
    { AU9: [0.7, 1], AU10: [0.7, 1], AU25: [0.5, 0.9], AU7: [0.3, 0.6],
      AU4: [0.2, 0.45, 0.4], AU16: [0.2, 0.5, 0.6], AU26: [0.1, 0.4, 0.5], AU15: [0.2, 0.5, 0.4],
      AU6: [0.2, 0.5, 0.4] },
    { AU9: [0.7, 1], AU10: [0.45, 0.8], AU19: [0.7, 1], AU25: [0.8, 1], AU26: [0.35, 0.7], AU7: [0.3, 0.6],
      AU4: [0.2, 0.5, 0.5], AU6: [0.2, 0.5, 0.4] },
  ],
  fear: [
    { AU1: [0.85, 1], AU2: [0.2, 0.45], AU4: [0.5, 0.8], AU5: [0.8, 1], AU20: [0.75, 1], AU25: [0.7, 1],
      AU16: [0.45, 0.75],
      AU7: [0.1, 0.3, 0.4], AU26: [0.05, 0.2, 0.4] },
    { AU1: [0.85, 1], AU2: [0.25, 0.5], AU4: [0.5, 0.8], AU5: [0.85, 1], AU20: [0.7, 1], AU25: [0.8, 1],
      AU26: [0.25, 0.5], AU16: [0.3, 0.6],
      AU7: [0.1, 0.3, 0.3] },
    { AU1: [0.85, 1], AU2: [0.15, 0.4], AU4: [0.6, 0.85], AU5: [0.85, 1], AU20: [0.8, 1], AU25: [0.5, 0.75],
      AU16: [0.35, 0.6], AU10: [0.1, 0.3],
      AU15: [0.1, 0.3, 0.4] },
  ],
  joy: [
    { AU6: [0.4, 0.9], AU12: [0.7, 1], AU25: [0.6, 1],
      AU26: [0.1, 0.4, 0.4], AU1: [0.1, 0.3, 0.2], AU2: [0.1, 0.4, 0.2] },
    { AU6: [0.3, 0.8], AU12: [0.65, 1], AU14: [0.2, 0.6, 0.4], AU2: [0.1, 0.4, 0.2] },
    { AU6: [0.6, 1], AU12: [0.8, 1], AU25: [0.9, 1], AU26: [0.5, 0.95],
      AU43: [0.2, 0.5, 0.3], AU1: [0.1, 0.4, 0.3], AU2: [0.1, 0.4, 0.3] },
  ],
  neutral: [{}],
  sadness: [
    { AU1: [0.75, 1], AU4: [0.25, 0.6], AU15: [0.6, 1], AU17: [0.4, 0.85],
      AU43: [0.1, 0.35, 0.6], AU24: [0.1, 0.3, 0.2] },
    { AU1: [0.75, 1], AU4: [0.2, 0.5], AU15: [0.65, 1], AU43: [0.2, 0.42],
      AU17: [0.1, 0.3, 0.3], AU25: [0.1, 0.3, 0.2] },
    { AU1: [0.8, 1], AU4: [0.4, 0.7], AU6: [0.25, 0.6], AU15: [0.6, 0.9], AU25: [0.3, 0.6],
      AU43: [0.15, 0.35],
      AU17: [0.2, 0.5, 0.4], AU20: [0.1, 0.3, 0.3], AU10: [0.1, 0.3, 0.3] },
  ],
  surprise: [
    { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 0.95], AU25: [0.9, 1], AU26: [0.75, 1] },
    { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 1], AU25: [0.9, 1], AU27: [0.5, 0.95] },
    { AU1: [0.8, 1], AU2: [0.85, 1], AU5: [0.5, 0.9], AU25: [0.8, 1], AU26: [0.5, 0.75], AU7: [0, 0.1, 0.2] },
  ],
};

/**
 * Draws the units of an expression's peak at random.
 * @param manner the character's factor of each unit
 * @returns intensities, which may slightly exceed 1 before they are clamped
 */
export function generateUnits(emotion: Emotion, manner: SomeActionUnits, random: Random): SomeActionUnits {
  const variant = random.pick(VARIANTS[emotion]);
  const units: Partial<Record<ActionUnit, number>> = {};
  for (const unit of ACTION_UNITS) {
    const [roll, share] = [random.next(), random.next()];
    const [low, high, chance = 1] = variant[unit] ?? [0, 0, 0];
    if (roll < chance) units[unit] = (low + (high - low) * share) * (manner[unit] ?? 1);
  }
  return units;
}

/** Draws a character's factor of each unit at random. @returns factors, 0.85 to 1.12 */
export function generateManner(random: Random): SomeActionUnits {
  return Object.fromEntries(ACTION_UNITS.map((unit) => [unit, random.uniform(0.85, 1.12)]));
}
