import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { CHARACTERS, HEADER_FILE, planSample, renderPng, renderSvg } from '../lib/characters';
import { DEFAULT_EXPERIMENT } from '../lib/core/experiment-settings';
import { centerOf, longerSide } from '../lib/core/geometry';
import { landmarkBox } from '../lib/core/blocks';
import { createRandom, type Random } from '../lib/core/random';
import type { FrameRecord } from '../lib/core/record';
import { readFerg } from '../lib/datasets/ferg';
import { loadFaceDetector } from '../lib/faces/detector/detect';
import { homePath } from '../lib/files/project';
import { startEngine } from '../lib/tensor/backend';
import { listDemoPhotographs, readColour } from '../lib/study/pictures';

/** The sets of pictures that prediction is measured on. */
export type PictureSet = 'portraits' | 'groups';

/** Number of portraits: half of them drawn, half of them cut out of face-api's demo photographs. */
export const PORTRAIT_COUNT = 256;

/** Number of photographs of several people: face-api's demo photographs. */
export const GROUP_COUNT = listDemoPhotographs().length;

/** The video to predict: 640x360 pixels, 25 frames per second, one drawn face. */
export const VIDEO = homePath('.bench', 'video.mp4');

/** Number of frames of a clip; the video has one clip of each expression. */
const FRAMES_PER_CLIP = 50;

const PORTRAITS = homePath('.bench', 'portraits');

/** Lists the files of a set. */
export function listPictures(set: PictureSet): string[] {
  if (set === 'groups') return listDemoPhotographs();
  const names = fs.readdirSync(PORTRAITS).sort();
  return names.map((name) => path.join(PORTRAITS, name));
}

/**
 * Makes the portraits in `.bench/portraits` unless they exist: square JPEG files, 256 to 512 pixels wide, with at least
 * one face each.
 */
export async function makePortraits(): Promise<void> {
  if (fs.existsSync(PORTRAITS) && fs.readdirSync(PORTRAITS).length === PORTRAIT_COUNT) return;
  const random = createRandom('bench', 'portraits');
  const frames = planSample({ frames: PORTRAIT_COUNT / 2 });
  const drawn = frames.map(async ({ view }) => sharp(await renderPng(renderSvg(view))));
  const portraits = [...(await Promise.all(drawn)), ...(await cutPortraits(PORTRAIT_COUNT / 2, random))];
  fs.mkdirSync(PORTRAITS, { recursive: true });
  for (const [index, portrait] of random.shuffle(portraits).entries()) {
    const side = 256 + random.integer(257);
    const file = path.join(PORTRAITS, `${String(index).padStart(3, '0')}.jpg`);
    await portrait.resize(side, side, { fit: 'fill' }).jpeg({ quality: 90 }).toFile(file);
  }
}

/** Cuts out the photographs' faces in turn, with random margin and offset; every second one is mirrored. */
async function cutPortraits(count: number, random: Random): Promise<Sharp[]> {
  await startEngine();
  const detector = await loadFaceDetector();
  try {
    const found = listDemoPhotographs().map(async (file) => {
      const image = await readColour(file);
      const [faces] = await detector.find([image], 'all');
      return faces.map(({ landmarks }) => ({ file, image, box: landmarkBox(landmarks) }));
    });
    const faces = (await Promise.all(found)).flat();
    return Array.from({ length: count }, (_, index) => {
      const { file, image, box } = faces[index % faces.length];
      const wanted = random.uniform(1.6, 2.4) * longerSide(box);
      const side = Math.round(Math.min(wanted, image.width, image.height));
      const center = centerOf(box);
      const place = (middle: number, room: number) => {
        const start = middle - side * random.uniform(0.45, 0.55);
        return Math.round(Math.min(room - side, Math.max(0, start)));
      };
      const [left, top] = [place(center.x, image.width), place(center.y, image.height)];
      const cut = sharp(file).extract({ left, top, width: side, height: side });
      return index % 2 ? cut.flop() : cut;
    });
  } finally {
    detector.dispose();
  }
}

/**
 * Makes {@link VIDEO} unless it exists: a drawn character whose face moves through all expressions.
 * @throws Error when ffmpeg is missing or fails
 */
export async function makeVideo(): Promise<void> {
  if (fs.existsSync(VIDEO)) return;
  fs.mkdirSync(path.dirname(VIDEO), { recursive: true });
  const settings = { characters: CHARACTERS.slice(0, 1), clipsPerCell: 1, framesPerClip: FRAMES_PER_CLIP };
  const frames = planSample(settings);
  const moving = "overlay=x='140+100*sin(t)':y='20*sin(1.7*t)':shortest=1";
  const filter = `color=0x6b7a70:s=640x360:r=25[ground];[0]scale=360:360[face];[ground][face]${moving}`;
  const input = ['-f', 'image2pipe', '-framerate', '25', '-i', 'pipe:0'];
  const output = ['-filter_complex', filter, '-c:v', 'mpeg4', '-q:v', '3', '-f', 'mp4', '-y'];
  const unfinished = `${VIDEO}.part`;
  const pngs = await Promise.all(frames.map(({ view }) => renderPng(renderSvg(view))));
  execFileSync('ffmpeg', ['-v', 'error', ...input, ...output, unfinished], { input: Buffer.concat(pngs) });
  fs.renameSync(unfinished, VIDEO);
}

/** The images to preprocess; programs read them from {@link IMAGE_LIST}. */
export interface ImageList {
  /** Absolute path that the records' paths are relative to. */
  readonly root: string;
  /** In the order of preprocessing. */
  readonly records: readonly FrameRecord[];
}

/** The JSON file with the list of images to preprocess. */
export const IMAGE_LIST = homePath('.bench', 'images.json');

/**
 * Selects images of the drawn sample at random and writes their list for preprocessing. A missing sample is drawn first.
 * @throws RangeError when the existing sample is smaller
 */
export async function writeImageList(count: number): Promise<void> {
  const { openDataset } = await import('../lib/study/open-dataset');
  const root = homePath('data', 'sample');
  const isDrawn = fs.existsSync(path.join(root, HEADER_FILE));
  const { records } = isDrawn ? readFerg(root) : await openDataset(DEFAULT_EXPERIMENT, {});
  if (records.length < count)
    throw new RangeError(
      `Expected at least ${count} images in data/sample but received ${records.length}: delete the folder, and the whole sample is drawn again`,
    );
  const list: ImageList = { root, records: createRandom('bench', 'images').shuffle(records).slice(0, count) };
  fs.mkdirSync(path.dirname(IMAGE_LIST), { recursive: true });
  fs.writeFileSync(IMAGE_LIST, JSON.stringify(list));
}
