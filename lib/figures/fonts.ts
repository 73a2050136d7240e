import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Width and form of a text. */
export interface TextStyle {
  /** Height of the font in pixels. */
  readonly sizePx: number;
  readonly bold?: boolean;
}

/** The font files that all figures are drawn with: regular and bold. Source: npm's dejavu-fonts-ttf. */
export function fontFiles(): { regular: string; bold: string } {
  const folder = path.join(path.dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  return { regular: path.join(folder, 'DejaVuSans.ttf'), bold: path.join(folder, 'DejaVuSans-Bold.ttf') };
}

/**
 * Measures how wide a text is drawn in DejaVu Sans, from the font's own glyph widths (kerning left out).
 * @returns pixels
 */
export function measureText(text: string, style: TextStyle): number {
  const widths = style.bold ? boldWidths() : regularWidths();
  let units = 0;
  for (const character of text) units += widths(character.codePointAt(0) ?? 0);
  return units * style.sizePx;
}

/**
 * Breaks a text at its spaces into lines that are at most so wide. A single longer word keeps a line of its own.
 * @param maxWidth pixels
 */
export function wrapText(text: string, maxWidth: number, style: TextStyle): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && measureText(longer, style) <= maxWidth) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Gives the width of a code point as a share of the font's height. */
type GlyphWidths = (codePoint: number) => number;

const regularWidths = once(() => readGlyphWidths(fontFiles().regular));
const boldWidths = once(() => readGlyphWidths(fontFiles().bold));

// The font files never change while the process lives: keeping what was read is not state that a test could see.
function once<T>(read: () => T): () => T {
  let kept: T | undefined;
  return () => (kept ??= read());
}

/** Reads glyph widths from a TrueType file. Source: the OpenType specification's head, hhea, hmtx and cmap (format 4). */
function readGlyphWidths(file: string): GlyphWidths {
  const font = readFileSync(file);
  const tables = new Map<string, number>();
  for (let entry = 12; entry < 12 + 16 * font.readUInt16BE(4); entry += 16)
    tables.set(font.toString('latin1', entry, entry + 4), font.readUInt32BE(entry + 8));
  const offsetOf = (name: string) => {
    const offset = tables.get(name);
    if (offset === undefined) throw new Error(`Expected a ${name} table for ${file} but received none`);
    return offset;
  };
  const unitsPerEm = font.readUInt16BE(offsetOf('head') + 18);
  const lastWidth = font.readUInt16BE(offsetOf('hhea') + 34) - 1;
  const metrics = offsetOf('hmtx');
  const glyphOf = readCharacterMap(font, offsetOf('cmap'));
  return (codePoint) => font.readUInt16BE(metrics + 4 * Math.min(glyphOf(codePoint), lastWidth)) / unitsPerEm;
}

function readCharacterMap(font: Buffer, cmap: number): (codePoint: number) => number {
  const table = findFormat4(font, cmap);
  const twiceSegments = font.readUInt16BE(table + 6);
  const ends = table + 14;
  const starts = ends + twiceSegments + 2;
  return (codePoint) => {
    for (let at = 0; at < twiceSegments; at += 2) {
      if (codePoint > font.readUInt16BE(ends + at)) continue;
      const start = font.readUInt16BE(starts + at);
      if (codePoint < start) return 0;
      const delta = font.readUInt16BE(starts + twiceSegments + at);
      const rangeAt = starts + 2 * twiceSegments + at;
      const range = font.readUInt16BE(rangeAt);
      const glyph = range === 0 ? codePoint : font.readUInt16BE(rangeAt + range + 2 * (codePoint - start));
      return range !== 0 && glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

function findFormat4(font: Buffer, cmap: number): number {
  for (let index = 0; index < font.readUInt16BE(cmap + 2); index++) {
    const table = cmap + font.readUInt32BE(cmap + 4 + 8 * index + 4);
    if (font.readUInt16BE(table) === 4) return table;
  }
  throw new Error('Expected a character map of format 4 for the font but received none');
}
