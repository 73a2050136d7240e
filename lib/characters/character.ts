/** A colour as `#rrggbb`. */
export type Colour = string;

/** Hair styles that can be drawn. */
export const HAIR_STYLES = [
  'crop',
  'swept',
  'spiky',
  'receding',
  'bald',
  'bob',
  'long',
  'bun',
  'pigtails',
  'afro',
  'scarf',
] as const;

/** One of {@link HAIR_STYLES}. */
export type HairStyle = (typeof HAIR_STYLES)[number];

/** Beards that can be drawn. */
export const BEARDS = ['none', 'stubble', 'short', 'goatee'] as const;

/** One of {@link BEARDS}. */
export type Beard = (typeof BEARDS)[number];

/**
 * A synthetic character: everything that stays the same when the expression changes. Ratios are relative to the average
 * face (1). Lengths are in head units; a face is about 120 wide.
 */
export interface Character {
  /** Lower-case letters, digits and hyphens; also the name of the folder. */
  readonly name: string;
  /** Shape of the head. */
  readonly face: {
    /** Ratios. */
    readonly width: number;
    readonly length: number;
    /** Half width at the angle of the jaw and at the chin, divided by the half width at the ears. */
    readonly jaw: number;
    readonly chin: number;
    /** Fullness of the cheeks, 0 to 1. */
    readonly cheek: number;
    /** Size of the ears, ratio. */
    readonly ears: number;
  };
  readonly skin: {
    readonly colour: Colour;
    readonly blush: Colour;
    /** Depth of the skin's wrinkles by expression and age, 0 to 1. */
    readonly creases: number;
    readonly freckles: boolean;
  };
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly volume: number };
  readonly beard: { readonly style: Beard; readonly colour: Colour };
  readonly eyes: {
    /** Ratios: size of the eye, height of its opening, and distance between the eyes. */
    readonly size: number;
    readonly openness: number;
    readonly spacing: number;
    /** Height of the outer corner above the inner one, in half widths of the eye. */
    readonly tilt: number;
    readonly iris: Colour;
    /** Thickness of the lashes in head units. */
    readonly lashes: number;
    /** Visible part of the upper lid, 0 to 1. */
    readonly lid: number;
  };
  readonly brows: {
    readonly colour: Colour;
    /** Half thickness in head units. */
    readonly thickness: number;
    /**
     * Height of the arch; slant: the inner end is raised and the outer end lowered by it; both in head units. Height
     * above the eyes, ratio.
     */
    readonly arch: number;
    readonly slant: number;
    readonly height: number;
  };
  readonly nose: {
    /** Ratios. */
    readonly width: number;
    readonly length: number;
    /** Roundness of the tip, 0 to 1. */
    readonly tip: number;
  };
  readonly mouth: {
    /** Ratios. */
    readonly width: number;
    readonly upperLip: number;
    readonly lowerLip: number;
    readonly lips: Colour;
  };
  /** Drawing style. */
  readonly style: {
    readonly shading: 'soft' | 'cel';
    /** Width of the outline in pixels; 0 draws none. */
    readonly outlinePx: number;
    /** Strength of shadows, 0 to 1. */
    readonly contrast: number;
  };
  readonly clothes: Colour;
  readonly background: Colour;
  readonly glasses: boolean;
  readonly earrings: boolean;
}
