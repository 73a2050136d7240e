import { createRandom, type Random } from '../core/random';
import type { Character, HairStyle } from './characters';
import { mixColours } from './svg';

const SKINS = '#f7d9c4 #f0c6a5 #e6b48f #d9a47c #c68d63 #ad7650 #96603f #83523a'.split(' ');
const HAIRS = '#16141a #241914 #3b2417 #5b3a20 #7d3a16 #8f6a3a #b98a4a'.split(' ');
const GREYS = '#8d8a88 #b9b4ad #d5d1cb'.split(' ');
const IRISES = '#3a2416 #5a3a1e #6d5227 #4d6b3f #44718e #5d6d7a'.split(' ');
const CLOTHES = '#2f6f73 #7b3b32 #3c4f8a #d08a2e #6a4a7c #4b6b43 #c4566a #e6dfd0'.split(' ');
const WALLS = '#e3c9a3 #9fb8bf #b7cfae #d8d3e6 #bfe0e6 #a9a08f #e6cfd0 #cfd6da'.split(' ');
const SYLLABLES = 'ba da e fa ka la li lo ma mi na ni ri ro sa so ta vi ya zo'.split(' ');

const FEMININE: readonly HairStyle[] = ['bob', 'long', 'bun', 'pigtails', 'afro', 'scarf', 'swept', 'crop'];
const MASCULINE: readonly HairStyle[] = ['crop', 'swept', 'spiky', 'receding', 'bald', 'afro'];

/**
 * Generates a synthetic character.
 * @param seed of the series
 * @param index number in the series, 0 or more; a character depends on seed and index only
 * @returns a character whose name is unique in the series
 */
export function generateCharacter(seed: number, index: number): Character {
  const random = createRandom(seed, 'character', index);
  const { uniform, next, pick } = random;
  const shade = random.integer(SKINS.length);
  const dark = shade / (SKINS.length - 1);
  // 0 is a child, 1 is old.
  const age = next();
  const [child, young] = [age < 0.15, Math.max(0, 0.4 - age)];
  const feminine = next() < 0.5;
  const skin = mixColours(SKINS[shade], SKINS[Math.min(SKINS.length - 1, shade + 1)], next());
  // Fair hair is rare with dark skin, and grey hair frequent in old age.
  const fair = HAIRS.slice(0, dark > 0.45 ? 3 : HAIRS.length);
  const hair = age > 0.78 && next() < 0.75 ? pick(GREYS) : pick(fair);
  const browShade = GREYS.includes(hair) ? 0.6 + 0.3 * dark : 0.5;
  const name = `${pick(SYLLABLES)}${pick(SYLLABLES)}${pick(['n', 'r', 's', '', ''])}-${index}`;
  const style = chooseHairStyle(feminine, age, random);
  const bearded = !feminine && age > 0.25 && next() < 0.45;
  return {
    name,
    face: {
      width: uniform(0.93, 1.06) + (feminine ? -0.01 : 0.02),
      length: (child ? 0.9 : 0.95) + uniform(-0.02, 0.05),
      jaw: uniform(0.72, 0.81) + (feminine ? 0 : 0.05),
      chin: uniform(0.32, 0.4) + (feminine ? 0 : 0.04),
      cheek: child ? uniform(0.7, 1) : uniform(0.1, 0.8),
      ears: uniform(0.85, 1.2),
    },
    skin: {
      colour: skin,
      blush: mixColours(skin, '#cf4a3e', 0.45),
      creases: Math.min(1, 0.15 + 0.9 * age),
      freckles: next() < (hair === '#7d3a16' ? 0.6 : 0.08),
    },
    hair: { style, colour: style === 'scarf' ? pick(CLOTHES) : hair, volume: uniform(0.95, 1.12) },
    beard: {
      style: bearded ? pick(['stubble', 'short', 'goatee']) : 'none',
      colour: mixColours(hair, '#1a1010', 0.3),
    },
    eyes: {
      size: (feminine ? 1.06 : 0.98) + 0.35 * young + uniform(-0.05, 0.05) - 0.06 * Math.max(0, age - 0.7),
      openness: uniform(0.94, 1.08),
      spacing: uniform(0.98, 1.05),
      tilt: uniform(-0.05, 0.14),
      iris: pick(IRISES.slice(0, dark > 0.5 ? 3 : IRISES.length)),
      lashes: feminine ? uniform(2.3, 2.9) : uniform(1.7, 2.25),
      lid: uniform(0.3, 0.8),
    },
    brows: {
      // Brows show the expression, so they are always darker than the skin.
      colour: mixColours(mixColours(hair, skin, 0.05), '#1a0f0c', browShade),
      thickness: feminine ? uniform(2.3, 3) : uniform(3, 4.3),
      arch: uniform(2.4, 4.6),
      slant: uniform(0, 0.8),
      height: uniform(0.97, 1.05),
    },
    nose: {
      width: uniform(0.9, 1.12) + 0.14 * dark + (feminine ? -0.04 : 0.06),
      length: uniform(0.92, 1.08) - 0.3 * young,
      tip: uniform(0.4, 1),
    },
    mouth: {
      width: uniform(0.94, 1.08),
      upperLip: uniform(0.78, 1.05) + 0.35 * dark,
      lowerLip: uniform(0.88, 1.12) + 0.3 * dark,
      lips: mixColours(mixColours(skin, '#a02c33', feminine ? 0.62 : 0.5), '#3a0a12', 0.12 + 0.12 * dark),
    },
    style: {
      shading: pick(['soft', 'soft', 'cel']),
      outlinePx: pick([0, 0, 0.9, 1.3, 1.6]),
      contrast: uniform(0.4, 0.75),
    },
    clothes: pick(CLOTHES),
    background: pick(WALLS),
    glasses: next() < 0.12,
    earrings: feminine && next() < 0.4,
  };
}

function chooseHairStyle(feminine: boolean, age: number, { pick }: Random): HairStyle {
  const styles = feminine ? FEMININE : MASCULINE;
  const style = pick(styles);
  const unlikely =
    (style === 'pigtails' && age > 0.3) ||
    ((style === 'receding' || style === 'bald') && age < 0.4) ||
    (style === 'scarf' && age < 0.2);
  return unlikely ? pick(styles.slice(0, 3)) : style;
}
