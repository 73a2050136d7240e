import fs from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { BLOCK_SIZE, type BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import type { Box } from '../../core/geometry';
import type { FrameRecord } from '../../core/record';
import { homePath } from '../../files/project';
import { blockSource } from '../../model/training/data';
import { predict } from '../../model/training/evaluate';
import type { Network } from '../../model/networks/network';
import { preprocessDataset } from '../open-dataset';
import { readGray } from '../pictures';
import { cutBlock } from '../block-conditions';
import type { EvidenceJob, CorruptionRun } from './archive';
import type { EvidenceData } from './character-sets';
import { FORMS, useTrained } from './learners';
import { runOnce, type RunContext, type RunTask } from './run-jobs';
import type { EvidenceEpochs } from './sizes';

/** Display names of the corruptions, which lower the detection rate but not to 0. */
export const CORRUPTIONS: Readonly<Record<CorruptionRun['kind'], string>> = {
  dark: 'darkened to an eighth',
  blurred: 'blurred, sigma 5 pixels',
  small: 'shrunk to 24 pixels and enlarged',
  covered: 'a grey bar over the eyes',
};

const KINDS = Object.keys(CORRUPTIONS) as readonly CorruptionRun['kind'][];

/** Position of the bar as shares of the image's height. */
const BAR = { top: 0.35, height: 0.24 } as const;

/** Increment when the corrupted copies or the fallback change. */
const CORRUPTIONS_VERSION = 1;

/** Plans the job: a network that another study trains. */
export function planCorruptions(epochs: EvidenceEpochs): EvidenceJob {
  return { model: 'compact', condition: 'correct', split: 'clips-1', seed: 1, epochs: epochs.compact };
}

/**
 * Asks a trained network about corrupted copies of its test images; answers are cached.
 * @param most maximum number of images for each corruption
 */
export async function runCorruptions(
  job: EvidenceJob,
  context: RunContext,
  { data, most }: { readonly data: EvidenceData; readonly most: number },
): Promise<CorruptionRun[]> {
  const ask = (task: RunTask) => {
    const frames = thinOut(context.splits.get(job.split)!.test, most);
    return useTrained(FORMS.compact, { ...task, ...job }, true, (network) =>
      askCorrupted(network, frames, { job, task, data }),
    );
  };
  return runOnce(job, context, ask, `hard-images${CORRUPTIONS_VERSION}_`);
}

/** Selects at most a number of items, evenly spaced. */
export function thinOut<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]);
}

async function askCorrupted(
  network: Network,
  frames: readonly number[],
  { job, task, data }: { readonly job: EvidenceJob; readonly task: RunTask; readonly data: EvidenceData },
): Promise<CorruptionRun[]> {
  const records = frames.map((frame) => data.records[frame]);
  const boxes = averageBoxes(task.blocks, task.train);
  const runs: CorruptionRun[] = [];
  for (const kind of KINDS) {
    const directory = homePath('data', 'cache', 'generated', `hard-${kind}`);
    await writeCorrupted(records, { kind, directory, imageOf: data.imageOf });
    const copies = { directory, records, fixedMargin: true };
    const { blocks: found } = await preprocessDataset(copies, DEFAULT_EXPERIMENT);
    const missed = found.skipped.map(({ record }) => record);
    const imageOf = (record: FrameRecord) => path.join(directory, record.path);
    const cut = await cutAtBoxes(missed, { boxes, imageOf });
    const [answers, filled] = [await answer(network, found), await answer(network, cut)];
    const toText = (known: ReadonlyMap<string, number>) => writeByPath(records, known);
    const fallback = toText(new Map([...answers, ...filled]));
    runs.push({ ...job, kind, frames, answers: toText(answers), fallback });
  }
  return runs;
}

/** @returns label ids by path */
async function answer(network: Network, blocks: Pick<BlockSet, 'records' | 'eyes' | 'mouth'>) {
  const { labels } = await predict(network, blockSource(blocks as BlockSet));
  return new Map(blocks.records.map(({ path: name }, face) => [name, labels[face]]));
}

function writeByPath(records: readonly FrameRecord[], known: ReadonlyMap<string, number>): string {
  return records.map(({ path: name }) => known.get(name) ?? '-').join('');
}

/** Boxes as shares of the image's width and height. */
interface RelativeBoxes {
  readonly eyes: Box;
  readonly mouth: Box;
}

/**
 * Averages the relative boxes of faces.
 * @param faces positions in the block set, at least one
 */
export function averageBoxes(blocks: BlockSet, faces: readonly number[]): RelativeBoxes {
  const average = (boxes: Float32Array): Box => {
    const mean = (side: number) =>
      faces.reduce(
        (sum, face) => sum + boxes[4 * face + side] / blocks.imageSizes[2 * face + (side % 2)],
        0,
      ) / faces.length;
    return { x: mean(0), y: mean(1), width: mean(2), height: mean(3) };
  };
  return { eyes: average(blocks.eyesBoxes), mouth: average(blocks.mouthBoxes) };
}

/**
 * Crops the blocks of images at fixed boxes, without detection.
 * @throws Error when an image cannot be read
 */
export async function cutAtBoxes(
  records: readonly FrameRecord[],
  { boxes, imageOf }: { readonly boxes: RelativeBoxes; readonly imageOf: (record: FrameRecord) => string },
): Promise<Pick<BlockSet, 'records' | 'eyes' | 'mouth'>> {
  const area = BLOCK_SIZE * BLOCK_SIZE;
  const [eyes, mouth] = [0, 1].map(() => new Uint8Array(records.length * area));
  for (const [face, record] of records.entries()) {
    const image = await readGray(imageOf(record));
    const { width, height } = image;
    const cut = (box: Box) =>
      cutBlock(image, {
        x: box.x * width,
        y: box.y * height,
        width: box.width * width,
        height: box.height * height,
      });
    eyes.set(cut(boxes.eyes), face * area);
    mouth.set(cut(boxes.mouth), face * area);
  }
  return { records, eyes, mouth };
}

/**
 * Writes a corrupted copy of each image to its record's path in a directory. Existing copies are overwritten.
 * @param directory created if missing
 * @param imageOf returns the absolute path of a frame's image
 */
export async function writeCorrupted(
  records: readonly FrameRecord[],
  options: {
    readonly kind: CorruptionRun['kind'];
    readonly directory: string;
    readonly imageOf: (record: FrameRecord) => string;
  },
): Promise<void> {
  for (const record of records) {
    const file = path.join(options.directory, record.path);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const image = await corrupt(sharp(options.imageOf(record)), options.kind);
    await image.png().toFile(file);
  }
}

async function corrupt(image: Sharp, kind: CorruptionRun['kind']): Promise<Sharp> {
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
      const barHeight = Math.round(BAR.height * height);
      const bar = { width, height: barHeight, channels: 3, background: '#777777' } as const;
      return image.composite([{ input: { create: bar }, top: Math.round(BAR.top * height), left: 0 }]);
    }
  }
}
