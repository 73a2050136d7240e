/**
 * The action units that drawn faces can move, by their FACS numbers. Source: Ekman, Friesen and Hager, Facial Action
 * Coding System, 2002. 1 inner brow raiser, 2 outer brow raiser, 4 brow lowerer, 5 upper lid raiser, 6 cheek raiser, 7
 * lid tightener, 9 nose wrinkler, 10 upper lip raiser, 12 lip corner puller, 14 dimpler, 15 lip corner depressor, 16
 * lower lip depressor, 17 chin raiser, 19 tongue show, 20 lip stretcher, 23 lip tightener, 24 lip pressor, 25 lips
 * part, 26 jaw drop, 27 mouth stretch, 38 nostril dilator, 43 eye closure.
 */
export const ACTION_UNITS = [
  'AU1',
  'AU2',
  'AU4',
  'AU5',
  'AU6',
  'AU7',
  'AU9',
  'AU10',
  'AU12',
  'AU14',
  'AU15',
  'AU16',
  'AU17',
  'AU19',
  'AU20',
  'AU23',
  'AU24',
  'AU25',
  'AU26',
  'AU27',
  'AU38',
  'AU43',
] as const;

/** One of {@link ACTION_UNITS}. */
export type ActionUnit = (typeof ACTION_UNITS)[number];

/** Intensity of each action unit, 0 (at rest) to 1 (maximum). */
export type ActionUnits = Readonly<Record<ActionUnit, number>>;

/** Intensities of some action units, 0 to 1; the others are at rest. */
export type SomeActionUnits = Readonly<Partial<Record<ActionUnit, number>>>;

/**
 * Completes and clamps action units.
 * @param some intensities; missing units are 0
 * @returns the intensity of every unit, 0 to 1
 */
export function toActionUnits(some: SomeActionUnits): ActionUnits {
  const entries = ACTION_UNITS.map((unit) => [unit, Math.min(1, Math.max(0, some[unit] ?? 0))]);
  return Object.fromEntries(entries) as Record<ActionUnit, number>;
}

/**
 * Selects the active units, rounded to two decimals, for the manifest.
 * @param units intensity of every unit, 0 to 1
 */
export function toActiveUnits(units: ActionUnits): SomeActionUnits {
  const active = ACTION_UNITS.map((unit) => [unit, Math.round(units[unit] * 100) / 100] as const);
  return Object.fromEntries(active.filter(([, strength]) => strength > 0));
}
