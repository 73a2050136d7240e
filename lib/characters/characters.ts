/** A colour as `#rrggbb`. */
export type Colour = string;

/** Hair styles with a hairline. */
export type CapStyle = 'crop' | 'swept' | 'spiky' | 'receding' | 'bob' | 'long' | 'bun' | 'pigtails' | 'afro';

/** What covers a character's head. */
export type HairStyle = CapStyle | 'bald' | 'scarf';

/** Beards that can be drawn. */
export type Beard = 'none' | 'stubble' | 'short' | 'goatee';

type Numbers<Name extends string> = Readonly<Record<Name, number>>;

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
  readonly skin: {
    readonly colour: Colour;
    readonly blush: Colour;
    /** Depth of the skin's wrinkles by expression and age, 0 to 1. */
    readonly creases: number;
    readonly freckles: boolean;
  };
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly volume: number };
  readonly beard: { readonly style: Beard; readonly colour: Colour };
  /**
   * Size, openness and spacing: ratios. Tilt: height of the outer corner above the inner one, in half widths of the eye.
   * Lashes: thickness in head units. Lid: visible part of the upper lid, 0 to 1.
   */
  readonly eyes: Numbers<'size' | 'openness' | 'spacing' | 'tilt' | 'lashes' | 'lid'> & {
    readonly iris: Colour;
  };
  /**
   * Thickness: half of it, in head units. Arch: its height; slant: the inner end is raised and the outer end lowered by
   * it; both in head units. Height above the eyes: ratio.
   */
  readonly brows: Numbers<'thickness' | 'arch' | 'slant' | 'height'> & { readonly colour: Colour };
  /** Width and length: ratios. Tip: roundness, 0 to 1. */
  readonly nose: Numbers<'width' | 'length' | 'tip'>;
  /** Ratios, and the colour of the lips. */
  readonly mouth: Numbers<'width' | 'upperLip' | 'lowerLip'> & { readonly lips: Colour };
  /** Width of the outline in pixels, where 0 draws none; contrast: strength of shadows, 0 to 1. */
  readonly style: Numbers<'outlinePx' | 'contrast'> & { readonly shading: 'soft' | 'cel' };
  readonly clothes: Colour;
  readonly background: Colour;
  readonly glasses: boolean;
  readonly earrings: boolean;
}

/** The six hand-made synthetic characters, which differ in sex, age, skin, hair and drawing style. */
export const CHARACTERS: readonly Character[] = [
  {
    name: 'mara',
    face: { width: 0.98, length: 0.96, jaw: 0.77, chin: 0.36, cheek: 0.45, ears: 0.9 },
    skin: { colour: '#d9a47c', blush: '#d4694f', creases: 0.45, freckles: false },
    hair: { style: 'bob', colour: '#3a2018', volume: 1.05 },
    beard: { style: 'none', colour: '#3a2018' },
    eyes: { size: 1.08, openness: 1, spacing: 1, tilt: 0.1, iris: '#6b4423', lashes: 2.6, lid: 0.6 },
    brows: { colour: '#2e1812', thickness: 2.9, arch: 4, slant: 0.5, height: 1 },
    nose: { width: 0.95, length: 1, tip: 0.5 },
    mouth: { width: 1, upperLip: 1.05, lowerLip: 1.1, lips: '#a8423f' },
    style: { shading: 'soft', outlinePx: 0, contrast: 0.6 },
    clothes: '#2f6f73',
    background: '#e3c9a3',
    glasses: false,
    earrings: true,
  },
  {
    name: 'otto',
    face: { width: 1.08, length: 0.97, jaw: 0.88, chin: 0.46, cheek: 0.35, ears: 1.25 },
    skin: { colour: '#e8b497', blush: '#cf5f4d', creases: 1, freckles: false },
    hair: { style: 'receding', colour: '#b9b4ad', volume: 1 },
    beard: { style: 'none', colour: '#b9b4ad' },
    eyes: { size: 0.88, openness: 0.98, spacing: 0.98, tilt: -0.06, iris: '#4a7390', lashes: 1.7, lid: 0.8 },
    brows: { colour: '#5d5751', thickness: 4.3, arch: 2.6, slant: 0, height: 0.98 },
    nose: { width: 1.3, length: 1.1, tip: 1 },
    mouth: { width: 1.1, upperLip: 0.72, lowerLip: 0.85, lips: '#a9544b' },
    style: { shading: 'soft', outlinePx: 1.5, contrast: 0.75 },
    clothes: '#7b3b32',
    background: '#9fb8bf',
    glasses: false,
    earrings: false,
  },
  {
    name: 'zuri',
    face: { width: 0.97, length: 0.95, jaw: 0.76, chin: 0.38, cheek: 0.6, ears: 0.9 },
    skin: { colour: '#9a6242', blush: '#9c3f35', creases: 0.35, freckles: false },
    hair: { style: 'afro', colour: '#241614', volume: 1.1 },
    beard: { style: 'none', colour: '#241614' },
    eyes: { size: 1.16, openness: 1.06, spacing: 1.03, tilt: 0.12, iris: '#3d2415', lashes: 2.9, lid: 0.55 },
    brows: { colour: '#1c100d', thickness: 2.5, arch: 4.6, slant: 0.4, height: 1.04 },
    nose: { width: 1.22, length: 0.95, tip: 0.7 },
    mouth: { width: 1.06, upperLip: 1.4, lowerLip: 1.4, lips: '#77302f' },
    style: { shading: 'soft', outlinePx: 0, contrast: 0.55 },
    clothes: '#e0a02e',
    background: '#b7cfae',
    glasses: false,
    earrings: true,
  },
  {
    name: 'kenji',
    face: { width: 0.94, length: 0.99, jaw: 0.74, chin: 0.32, cheek: 0.25, ears: 1 },
    skin: { colour: '#efc7a0', blush: '#d97f62', creases: 0.45, freckles: false },
    hair: { style: 'spiky', colour: '#1d2230', volume: 1.08 },
    beard: { style: 'none', colour: '#1d2230' },
    eyes: { size: 1, openness: 0.92, spacing: 1.02, tilt: 0.14, iris: '#2f2119', lashes: 2.4, lid: 0.3 },
    brows: { colour: '#191c27', thickness: 3, arch: 2.4, slant: 1, height: 1 },
    nose: { width: 0.98, length: 0.98, tip: 0.45 },
    mouth: { width: 0.98, upperLip: 0.8, lowerLip: 0.9, lips: '#b3604f' },
    style: { shading: 'cel', outlinePx: 1.7, contrast: 0.7 },
    clothes: '#3c4f8a',
    background: '#d8d3e6',
    glasses: false,
    earrings: false,
  },
  {
    name: 'pia',
    face: { width: 1.05, length: 0.9, jaw: 0.8, chin: 0.36, cheek: 1, ears: 1.05 },
    skin: { colour: '#f6d3bd', blush: '#ea8273', creases: 0.2, freckles: true },
    hair: { style: 'pigtails', colour: '#b5521f', volume: 1 },
    beard: { style: 'none', colour: '#b5521f' },
    eyes: { size: 1.19, openness: 1.08, spacing: 1.05, tilt: 0.02, iris: '#3f7d4e', lashes: 2.2, lid: 0.35 },
    brows: { colour: '#7d3311', thickness: 2.4, arch: 3.6, slant: 0.2, height: 1.06 },
    nose: { width: 0.85, length: 0.82, tip: 0.8 },
    mouth: { width: 0.94, upperLip: 0.85, lowerLip: 0.95, lips: '#c05a55' },
    style: { shading: 'cel', outlinePx: 1.3, contrast: 0.45 },
    clothes: '#d9546b',
    background: '#bfe0e6',
    glasses: false,
    earrings: false,
  },
  {
    name: 'tariq',
    face: { width: 1.01, length: 0.99, jaw: 0.82, chin: 0.42, cheek: 0.2, ears: 1.05 },
    skin: { colour: '#bd8459', blush: '#a84f3d', creases: 0.7, freckles: false },
    hair: { style: 'swept', colour: '#1c1512', volume: 1 },
    beard: { style: 'short', colour: '#241912' },
    eyes: { size: 0.96, openness: 0.98, spacing: 1, tilt: 0.04, iris: '#54351c', lashes: 2.2, lid: 0.7 },
    brows: { colour: '#17100d', thickness: 4.1, arch: 3, slant: 0.4, height: 0.97 },
    nose: { width: 1.12, length: 1.12, tip: 0.6 },
    mouth: { width: 1.04, upperLip: 0.95, lowerLip: 1.1, lips: '#a3564a' },
    style: { shading: 'soft', outlinePx: 0.9, contrast: 0.7 },
    clothes: '#e9e3d5',
    background: '#a9a08f',
    glasses: false,
    earrings: false,
  },
];
