/** A colour as `#rrggbb`. */
export type Colour = string;

/** Cuts of hair that can be drawn. */
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

/** Name of one of the cuts of hair. */
export type HairStyle = (typeof HAIR_STYLES)[number];

/** Beards that can be drawn. */
export const BEARDS = ['none', 'stubble', 'short', 'goatee'] as const;

/** Name of one of the beards. */
export type Beard = (typeof BEARDS)[number];

/**
 * One of our own synthetic people: everything that stays when the expression changes. Ratios are of the middle
 * face (1 is ordinary); lengths are in head units, of which the face is about 120 wide.
 */
export interface Character {
  /** Lower case letters, digits and hyphens; it names the folder. */
  readonly name: string;
  /** Colours and build of the head. */
  readonly face: {
    /** Ratios. */
    readonly width: number;
    readonly length: number;
    /** Half width at the jaw's angle and at the chin over the half width at the ears. */
    readonly jaw: number;
    readonly chin: number;
    /** Fullness of the cheeks, 0 to 1. */
    readonly cheek: number;
    /** Ratio of the ears' size. */
    readonly ears: number;
  };
  readonly skin: {
    readonly colour: Colour;
    readonly blush: Colour;
    /** How deeply expressions (and years) fold the skin, 0 to 1. */
    readonly creases: number;
    readonly freckles: boolean;
  };
  readonly hair: { readonly style: HairStyle; readonly colour: Colour; readonly volume: number };
  readonly beard: { readonly style: Beard; readonly colour: Colour };
  readonly eyes: {
    /** Ratios: size of the opening, its height over its width, and the distance between them. */
    readonly size: number;
    readonly openness: number;
    readonly spacing: number;
    /** How far the outer corner lies above the inner one, in half widths of the eye. */
    readonly tilt: number;
    readonly iris: Colour;
    /** Thickness of the lashes in head units. */
    readonly lashes: number;
    /** How much of the upper lid shows, 0 to 1. */
    readonly lid: number;
  };
  readonly brows: {
    readonly colour: Colour;
    /** Half thickness in head units. */
    readonly thickness: number;
    /** Height of the arch and how far the inner end lies above the outer, in head units; height above the eyes. */
    readonly arch: number;
    readonly slant: number;
    readonly height: number;
  };
  readonly nose: {
    /** Ratios. */
    readonly width: number;
    readonly length: number;
    /** How round the tip is, 0 to 1. */
    readonly tip: number;
  };
  readonly mouth: {
    /** Ratios. */
    readonly width: number;
    readonly upperLip: number;
    readonly lowerLip: number;
    readonly lips: Colour;
  };
  /** How the drawing is done. */
  readonly style: {
    readonly shading: 'soft' | 'cel';
    /** Width of the outline in pixels; 0 draws none. */
    readonly outlinePx: number;
    /** How strong shadows are, 0 to 1. */
    readonly contrast: number;
  };
  readonly clothes: Colour;
  readonly background: Colour;
  readonly glasses: boolean;
  readonly earrings: boolean;
}
