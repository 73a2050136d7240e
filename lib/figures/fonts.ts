import { readFileSync } from 'node:fs';
import path from 'node:path';

function fontFile(bold = false): string {
  const folder = path.dirname(require.resolve('dejavu-fonts-ttf/package.json'));
  return path.join(folder, 'ttf', bold ? 'DejaVuSans-Bold.ttf' : 'DejaVuSans.ttf');
}

/** Gives resvg's font options: figures have the same font on every machine. Source: npm's dejavu-fonts-ttf. */
export function resvgFont() {
  const fontFiles = [fontFile(), fontFile(true)];
  return { loadSystemFonts: false, fontFiles, defaultFontFamily: 'DejaVu Sans' };
}

/** Size and weight of DejaVu Sans. */
export interface Font {
  /** Font size in pixels. */
  readonly sizePx: number;
  readonly bold?: boolean;
}

type GlyphWidths = (codePoint: number) => number;

// By file. Font files do not change while the process lives, so no test can observe this state.
const readWidths = new Map<string, GlyphWidths>();

/** Measures the width of a text in DejaVu Sans, without kerning. @returns pixels */
export function measureText(text: string, { sizePx, bold }: Font): number {
  const file = fontFile(bold);
  const widthOf = readWidths.get(file) ?? readGlyphWidths(file);
  readWidths.set(file, widthOf);
  return sizePx * Array.from(text).reduce((sum, character) => sum + widthOf(character.codePointAt(0)!), 0);
}

/**
 * Breaks a text at its spaces. A word that is wider than a line has a line of its own.
 * @param maxWidth of a line in pixels
 */
export function wrapText(text: string, maxWidth: number, font: Font): string[] {
  const [first, ...words] = text.split(/\s+/);
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (measureText(longer, font) <= maxWidth) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * Reads glyph widths from a TrueType file.
 * @returns the width of a code point as a share of the font size
 * Source: the OpenType specification's head, hhea, hmtx and cmap (format 4).
 */
function readGlyphWidths(file: string): GlyphWidths {
  const font = readFileSync(file);
  // The file begins with a directory: each table's tag, checksum, offset and length.
  const offsetOf = (tag: string) => {
    const entry = font.indexOf(tag);
    if (entry < 0) throw new Error(`Expected a ${tag} table for ${file} but received none`);
    return font.readUInt32BE(entry + 8);
  };
  const unitsPerEm = font.readUInt16BE(offsetOf('head') + 18);
  const lastWidth = font.readUInt16BE(offsetOf('hhea') + 34) - 1;
  const metrics = offsetOf('hmtx');
  const glyphOf = readCharacterMap(font, offsetOf('cmap'));
  return (codePoint) => font.readUInt16BE(metrics + 4 * Math.min(glyphOf(codePoint), lastWidth)) / unitsPerEm;
}

/** @returns the glyph of a code point; 0 if the font has none */
function readCharacterMap(font: Buffer, cmap: number): (codePoint: number) => number {
  const table = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, index) => 8 + 8 * index)
    .map((entry) => cmap + font.readUInt32BE(cmap + entry))
    .find((at) => font.readUInt16BE(at) === 4);
  if (table === undefined)
    throw new Error('Expected a character map of format 4 for the font but received none');
  const twiceSegments = font.readUInt16BE(table + 6);
  const ends = table + 14;
  const starts = ends + twiceSegments + 2;
  return (codePoint) => {
    let at = 0;
    while (at < twiceSegments && codePoint > font.readUInt16BE(ends + at)) at += 2;
    const start = font.readUInt16BE(starts + at);
    if (at === twiceSegments || codePoint < start) return 0;
    const delta = font.readUInt16BE(starts + twiceSegments + at);
    const rangeAt = starts + 2 * twiceSegments + at;
    const range = font.readUInt16BE(rangeAt);
    const glyph = range === 0 ? codePoint : font.readUInt16BE(rangeAt + range + 2 * (codePoint - start));
    return range !== 0 && glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  };
}
