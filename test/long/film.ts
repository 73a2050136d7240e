import fs from 'node:fs';
import sharp from 'sharp';
import { EMOTIONS } from '../../lib/core/emotions';
import { CHARACTERS, planSample, renderPng, renderSvg } from '../../lib/characters';

/** Size of the camera's picture. */
const [WIDTH, HEIGHT] = [640, 480];

/** Pictures that each apex is held for: Chromium plays such a file at 30 a second. */
const HELD = 30;

/** Grey levels of the mark in the upper left corner that tells the expression, by its id. */
export const markLevel = (id: number) => 20 + 30 * id;

/**
 * Writes what the fake camera shows: the apex of each expression of some of the sample's characters, none of which the
 * project's own model was trained on, a second each. A grey square in the corner tells which expression it is.
 * @param count how many characters
 * @param file Motion JPEG, that is JPEG after JPEG
 */
export async function writeFilm(file: string, count: number): Promise<void> {
  const settings = { clipsPerCell: 1, framesPerClip: 3 };
  const frames = planSample({ ...settings, characters: CHARACTERS.slice(0, count) });
  const handle = fs.openSync(file, 'w');
  for (const { emotion, view } of frames.filter(({ frame }) => frame === 1)) {
    const level = markLevel(EMOTIONS.indexOf(emotion));
    const face = await sharp(await renderPng(renderSvg(view)))
      .resize(HEIGHT, HEIGHT)
      .png()
      .toBuffer();
    const mark = {
      create: { width: 48, height: 48, channels: 3, background: { r: level, g: level, b: level } },
    } as const;
    const paper = { width: WIDTH, height: HEIGHT, channels: 3, background: '#888888' } as const;
    const jpeg = await sharp({ create: paper })
      .composite([
        { input: face, left: (WIDTH - HEIGHT) / 2, top: 0 },
        { input: mark, left: 0, top: 0 },
      ])
      .jpeg({ quality: 90 })
      .toBuffer();
    for (let copy = 0; copy < HELD; copy++) fs.writeSync(handle, jpeg);
  }
  fs.closeSync(handle);
}
