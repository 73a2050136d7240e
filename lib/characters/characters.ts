/** A colour as `#rrggbb`. */
export type Colour = string;

/** Hair styles with a hairline. */
export type CapStyle = 'crop' | 'swept' | 'spiky' | 'receding' | 'bob' | 'long' | 'bun' | 'pigtails' | 'afro';

/** What covers a character's head. */
export type HairStyle = CapStyle | 'bald' | 'scarf';

type Numbers<Name extends string> = Readonly<Record<Name, number>>;

type Colours<Name extends string> = Readonly<Record<Name, Colour>>;

/**
 * A synthetic character: everything that stays the same when the expression changes. Ratios are relative to the average
 * face (1). Lengths are in head units; a face is about 120 wide.
 */
export interface Character {
  /** Lower-case letters, digits and hyphens; also the name of the folder. */
  readonly name: string;
  /**
   * Width, length and size of the ears: ratios. Jaw and chin: half width at the angle of the jaw and at the chin, divided
   * by the half width at the ears. Cheek: fullness, 0 to 1.
   */
  readonly face: Numbers<'width' | 'length' | 'jaw' | 'chin' | 'cheek' | 'ears'>;
  /** Creases: depth of the skin's wrinkles by expression and age, 0 to 1. */
  readonly skin: Colours<'colour' | 'blush'> & Numbers<'creases'> & { readonly freckles: boolean };
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly volume: number };
  readonly beard: Colours<'colour'> & { readonly style: 'none' | 'stubble' | 'short' | 'goatee' };
  /**
   * Size, openness and spacing: ratios. Tilt: height of the outer corner above the inner one, in half widths of the eye.
   * Lashes: thickness in head units. Lid: visible part of the upper lid, 0 to 1.
   */
  readonly eyes: Numbers<'size' | 'openness' | 'spacing' | 'tilt' | 'lashes' | 'lid'> & Colours<'iris'>;
  /**
   * Thickness: half of it, in head units. Arch: its height; slant: the inner end is raised and the outer end lowered by
   * it; both in head units. Height above the eyes: ratio.
   */
  readonly brows: Numbers<'thickness' | 'arch' | 'slant' | 'height'> & Colours<'colour'>;
  /** Width and length: ratios. Tip: roundness, 0 to 1. */
  readonly nose: Numbers<'width' | 'length' | 'tip'>;
  /** Ratios, and the colour of the lips. */
  readonly mouth: Numbers<'width' | 'upperLip' | 'lowerLip'> & Colours<'lips'>;
  /** Width of the outline in pixels, where 0 draws none; contrast: strength of shadows, 0 to 1. */
  readonly style: Numbers<'outlinePx' | 'contrast'> & { readonly shading: 'soft' | 'cel' };
  readonly clothes: Colour;
  readonly background: Colour;
  readonly glasses: boolean;
  readonly earrings: boolean;
}

/** A value of each character. */
type Six<Value> = readonly [Value, Value, Value, Value, Value, Value];

/** Six values in place of each value. */
type Table<T> = { readonly [Key in keyof T]: T[Key] extends object ? Table<T[Key]> : Six<T[Key]> };

/** Traits of the six, each a row with a value for every character. */
const TRAITS: Table<Character> = {
  name: ['mara', 'otto', 'zuri', 'kenji', 'pia', 'tariq'],
  face: {
    width: [0.98, 1.08, 0.97, 0.94, 1.05, 1.01],
    length: [0.96, 0.97, 0.95, 0.99, 0.9, 0.99],
    jaw: [0.77, 0.88, 0.76, 0.74, 0.8, 0.82],
    chin: [0.36, 0.46, 0.38, 0.32, 0.36, 0.42],
    cheek: [0.45, 0.35, 0.6, 0.25, 1, 0.2],
    ears: [0.9, 1.25, 0.9, 1, 1.05, 1.05],
  },
  skin: {
    colour: ['#d9a47c', '#e8b497', '#9a6242', '#efc7a0', '#f6d3bd', '#bd8459'],
    blush: ['#d4694f', '#cf5f4d', '#9c3f35', '#d97f62', '#ea8273', '#a84f3d'],
    creases: [0.45, 1, 0.35, 0.45, 0.2, 0.7],
    freckles: [false, false, false, false, true, false],
  },
  hair: {
    style: ['bob', 'receding', 'afro', 'spiky', 'pigtails', 'swept'],
    colour: ['#3a2018', '#b9b4ad', '#241614', '#1d2230', '#b5521f', '#1c1512'],
    volume: [1.05, 1, 1.1, 1.08, 1, 1],
  },
  beard: {
    style: ['none', 'none', 'none', 'none', 'none', 'short'],
    colour: ['#3a2018', '#b9b4ad', '#241614', '#1d2230', '#b5521f', '#241912'],
  },
  eyes: {
    size: [1.08, 0.88, 1.16, 1, 1.19, 0.96],
    openness: [1, 0.98, 1.06, 0.92, 1.08, 0.98],
    spacing: [1, 0.98, 1.03, 1.02, 1.05, 1],
    tilt: [0.1, -0.06, 0.12, 0.14, 0.02, 0.04],
    iris: ['#6b4423', '#4a7390', '#3d2415', '#2f2119', '#3f7d4e', '#54351c'],
    lashes: [2.6, 1.7, 2.9, 2.4, 2.2, 2.2],
    lid: [0.6, 0.8, 0.55, 0.3, 0.35, 0.7],
  },
  brows: {
    colour: ['#2e1812', '#5d5751', '#1c100d', '#191c27', '#7d3311', '#17100d'],
    thickness: [2.9, 4.3, 2.5, 3, 2.4, 4.1],
    arch: [4, 2.6, 4.6, 2.4, 3.6, 3],
    slant: [0.5, 0, 0.4, 1, 0.2, 0.4],
    height: [1, 0.98, 1.04, 1, 1.06, 0.97],
  },
  nose: {
    width: [0.95, 1.3, 1.22, 0.98, 0.85, 1.12],
    length: [1, 1.1, 0.95, 0.98, 0.82, 1.12],
    tip: [0.5, 1, 0.7, 0.45, 0.8, 0.6],
  },
  mouth: {
    width: [1, 1.1, 1.06, 0.98, 0.94, 1.04],
    upperLip: [1.05, 0.72, 1.4, 0.8, 0.85, 0.95],
    lowerLip: [1.1, 0.85, 1.4, 0.9, 0.95, 1.1],
    lips: ['#a8423f', '#a9544b', '#77302f', '#b3604f', '#c05a55', '#a3564a'],
  },
  style: {
    shading: ['soft', 'soft', 'soft', 'cel', 'cel', 'soft'],
    outlinePx: [0, 1.5, 0, 1.7, 1.3, 0.9],
    contrast: [0.6, 0.75, 0.55, 0.7, 0.45, 0.7],
  },
  clothes: ['#2f6f73', '#7b3b32', '#e0a02e', '#3c4f8a', '#d9546b', '#e9e3d5'],
  background: ['#e3c9a3', '#9fb8bf', '#b7cfae', '#d8d3e6', '#bfe0e6', '#a9a08f'],
  glasses: [false, false, false, false, false, false],
  earrings: [true, false, true, false, false, false],
};

/** The six hand-made synthetic characters, which differ in sex, age, skin, hair and drawing style. */
export const CHARACTERS: readonly Character[] = TRAITS.name.map((_, column) => pickColumn(TRAITS, column));

function pickColumn<T extends object>(table: Table<T>, column: number): T {
  const cells = Object.entries<object>(table).map(([trait, values]) => [
    trait,
    Array.isArray(values) ? (values[column] as unknown) : pickColumn(values, column),
  ]);
  return Object.fromEntries(cells) as T;
}
