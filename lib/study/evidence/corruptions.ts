import fs from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import { scaleBox, type Box } from '../../core/geometry';
import { mean } from '../../core/intervals';
import type { FrameRecord } from '../../core/record';
import { homePath } from '../../files/project';
import type { Network } from '../../model/networks/network';
import { blockSource } from '../../model/training/data';
import { predict } from '../../model/training/evaluate';
import { cutPictures } from '../block-conditions';
import { preprocessDataset } from '../open-dataset';
import type { CorruptionRun, EvidenceJob } from './evidence-archive';
import { useTrained } from './learners';
import { runOnce, type RunContext, type Task } from './run-jobs';

/** Display names of the corruptions. With each of them some faces are still detected. */
export const CORRUPTIONS: Readonly<Record<CorruptionRun['kind'], string>> = {
  dark: 'darkened to an eighth',
  blurred: 'blurred, sigma 5 pixels',
  small: 'shrunk to 24 pixels and enlarged',
  covered: 'a grey bar over the eyes',
};

/**
 * Tests a trained network on corrupted copies of its test images; answers are cached.
 * @param most maximum number of images for each corruption
 */
export function runCorruptions(
  job: EvidenceJob,
  context: RunContext,
  most: number,
): Promise<CorruptionRun[]> {
  const ask = (task: Task) =>
    useTrained(task, async (network) => {
      const frames = thinOut(context.splits.get(job.split)!.test, most);
      const records = frames.map((frame) => context.records[frame]);
      const boxes = averageBoxes(task.blocks, task.train);
      const runs: CorruptionRun[] = [];
      for (const kind of Object.keys(CORRUPTIONS) as CorruptionRun['kind'][]) {
        const directory = homePath('data', 'cache', 'generated', `hard-${kind}`);
        await writeCorrupted(records, { kind, directory, imageOf: context.imageOf });
        runs.push({ ...job, kind, frames, ...(await askCopies(network, records, directory, boxes)) });
      }
      return runs;
    });
  // Increment the number when the corrupted copies or the fallback change.
  return runOnce(job, context, ask, 'hard-images1_');
}

/** Selects evenly spaced items. @param most maximum number */
export function thinOut<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]);
}

async function askCopies(
  network: Network,
  records: readonly FrameRecord[],
  directory: string,
  boxes: ReturnType<typeof averageBoxes>,
): Promise<Pick<CorruptionRun, 'answers' | 'fallback'>> {
  const { blocks } = await preprocessDataset({ directory, records, fixedMargin: true }, DEFAULT_EXPERIMENT);
  const missed = blocks.skipped.map(({ record }) => record);
  const files = missed.map((record) => path.join(directory, record.path));
  const cutAt = (box: Box) => cutPictures(files, (_, { width, height }) => scaleBox(box, width, height));
  const cut = { ...blocks, records: missed, eyes: await cutAt(boxes.eyes), mouth: await cutAt(boxes.mouth) };
  const labels = new Map<string, number>();
  const ask = async (faces: BlockSet) => {
    const found = await predict(network, blockSource(faces));
    faces.records.forEach(({ path: name }, face) => labels.set(name, found.labels[face]));
    return records.map(({ path: name }) => labels.get(name) ?? '-').join('');
  };
  return { answers: await ask(blocks), fallback: await ask(cut) };
}

/**
 * Averages the boxes of faces.
 * @param faces positions in the block set, at least one
 * @returns boxes as shares of the image's width and height
 */
export function averageBoxes(blocks: BlockSet, faces: readonly number[]): Record<'eyes' | 'mouth', Box> {
  const average = (boxes: Float32Array): Box => {
    const [x, y, width, height] = [0, 1, 2, 3].map((side) =>
      mean(faces.map((face) => boxes[4 * face + side] / blocks.imageSizes[2 * face + (side % 2)])),
    );
    return { x, y, width, height };
  };
  return { eyes: average(blocks.eyesBoxes), mouth: average(blocks.mouthBoxes) };
}

/**
 * Writes a corrupted copy of each image to its record's path in a directory. Existing copies are overwritten.
 * @param directory created if missing
 */
export async function writeCorrupted(
  records: readonly FrameRecord[],
  options: Pick<CorruptionRun, 'kind'> & Pick<RunContext, 'imageOf'> & { readonly directory: string },
): Promise<void> {
  const { kind, directory, imageOf } = options;
  for (const record of records) {
    const file = path.join(directory, record.path);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const image = await corrupt(sharp(imageOf(record)), kind);
    await image.png().toFile(file);
  }
}

async function corrupt(image: Sharp, kind: CorruptionRun['kind']): Promise<Sharp> {
  if (kind === 'dark') return image.removeAlpha().linear(1 / 8, 0);
  if (kind === 'blurred') return image.blur(5);
  const { width, height } = await image.metadata();
  if (kind === 'small') {
    const small = await image.resize(24, 24, { fit: 'inside' }).png().toBuffer();
    return sharp(small).resize(width, height, { fit: 'fill' });
  }
  const bar = { width, height: Math.round(0.24 * height), channels: 3, background: '#777777' } as const;
  return image.composite([{ input: { create: bar }, top: Math.round(0.35 * height), left: 0 }]);
}
