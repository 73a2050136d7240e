import type { Character, Colour } from './character';

/**
 * Mixes two colours.
 * @param share of the second colour, 0 to 1
 */
export function mixColours(first: Colour, second: Colour, share: number): Colour {
  const [from, to] = [first, second].map((colour) => parseInt(colour.slice(1), 16));
  const channel = (shift: number) => {
    const [a, b] = [(from >> shift) & 255, (to >> shift) & 255];
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(16)}${channel(8)}${channel(0)}`;
}

/**
 * Computes the luma of a colour.
 * @returns 0 (black) to 255 (white)
 * Source: ITU-R BT.601.
 */
export function measureLuminance(colour: Colour): number {
  const [red, green, blue] = [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** The colours of a drawn character. */
export interface Palette {
  readonly skin: Colour;
  readonly skinLight: Colour;
  readonly skinShade: Colour;
  readonly skinDeep: Colour;
  readonly line: Colour;
  readonly hair: Colour;
  readonly hairLight: Colour;
  readonly hairDark: Colour;
  readonly lip: Colour;
  readonly lipLight: Colour;
  readonly lipDark: Colour;
}

/** Derives light, shade and line colours from a character's base colours. */
export function buildPalette({ skin, hair, mouth, style }: Character): Palette {
  return {
    skin: skin.colour,
    skinLight: mixColours(skin.colour, '#fff3dc', 0.32),
    skinShade: mixColours(skin.colour, '#5a2330', 0.2 + 0.2 * style.contrast),
    skinDeep: mixColours(skin.colour, '#2b0d14', 0.52 + 0.16 * style.contrast),
    line: mixColours(skin.colour, '#1d0d10', 0.82),
    hair: hair.colour,
    hairLight: mixColours(hair.colour, '#ffe2b8', 0.26),
    hairDark: mixColours(hair.colour, '#08060c', 0.45),
    lip: mouth.lips,
    lipLight: mixColours(mouth.lips, '#ffd9cc', 0.4),
    lipDark: mixColours(mouth.lips, '#240509', 0.5),
  };
}
