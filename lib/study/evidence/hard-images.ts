import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { FrameRecord } from '../../core/record';

/** Ways of making images hard for a face detector; each finds fewer faces, not none. */
export const HARD_KINDS = ['dark', 'blurred', 'small', 'covered'] as const;

/** One of {@link HARD_KINDS}. */
export type HardKind = (typeof HARD_KINDS)[number];

/** What each is, in words. */
export const HARD_NAMES: Readonly<Record<HardKind, string>> = {
  dark: 'darkened to an eighth',
  blurred: 'blurred, sigma 5 pixels',
  small: 'shrunk to 24 pixels and enlarged',
  covered: 'a grey bar over the eyes',
};

/** Where the bar lies over an image, as shares of its height. */
const BAR = { top: 0.35, height: 0.24 } as const;

/**
 * Writes a hard copy of each image under its record's path; those that are there are written anew.
 * @param directory is made when it is missing
 * @param imageOf absolute path of a frame's image
 */
export async function writeHardImages(
  records: readonly FrameRecord[],
  options: {
    readonly kind: HardKind;
    readonly directory: string;
    readonly imageOf: (record: FrameRecord) => string;
  },
): Promise<void> {
  for (const record of records) {
    const file = path.join(options.directory, record.path);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const image = await harden(sharp(options.imageOf(record)), options.kind);
    await image.png().toFile(file);
  }
}

/** @param image as it was opened @returns it with the change ahead */
async function harden(image: sharp.Sharp, kind: HardKind): Promise<sharp.Sharp> {
  switch (kind) {
    case 'dark':
      return image.removeAlpha().linear(1 / 8, 0);
    case 'blurred':
      return image.blur(5);
    case 'small': {
      const { width, height } = await image.metadata();
      const small = await image.resize(24, 24, { fit: 'inside' }).png().toBuffer();
      return sharp(small).resize(width, height, { fit: 'fill' });
    }
    case 'covered': {
      const { width, height } = await image.metadata();
      const bar = {
        width,
        height: Math.round(BAR.height * height),
        channels: 3,
        background: '#777777',
      } as const;
      return image.composite([{ input: { create: bar }, top: Math.round(BAR.top * height), left: 0 }]);
    }
  }
}
