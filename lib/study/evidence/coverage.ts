import path from 'node:path';
import { BLOCK_SIZE, type BlockSet } from '../../core/blocks';
import type { Box } from '../../core/geometry';
import type { FrameRecord } from '../../core/record';
import { homePath } from '../../engine/project';
import { preprocess } from '../../faces/preprocess';
import { blockSource } from '../../model/data';
import { predict } from '../../model/evaluate';
import type { Network } from '../../model/network';
import { cutBlock } from './conditions';
import type { EvidenceData } from './data';
import { HARD_KINDS, writeHardImages, type HardKind } from './hard-images';
import { FORMS, useTrained } from './learners';
import { readGray } from './read-image';
import { fingerprint, keepResult, nameJob, openTask, type EvidenceJob, type RunContext, type RunTask } from './runs'; // prettier-ignore

/** What a network answers about hard copies of some test images. */
export interface CoverageRun extends EvidenceJob {
  readonly kind: HardKind;
  /** Positions of the copied frames in the records, ascending. */
  readonly frames: readonly number[];
  /** A label id for each of the frames; `-` where no face was found. */
  readonly answers: string;
  /** The same with the missed ones cut at the average places of training. */
  readonly fallback: string;
}

/** Most images that are copied of each kind, by size: a missed face takes the detectors long. */
const MOST_FRAMES: Readonly<Record<string, number>> = { full: 77, small: 14 };

/** Changes when copies or the fallback change. */
const COVERAGE_VERSION = 1;

/** Asks a trained network about hard copies of its test images; what was asked before is read from the cache. */
export async function runCoverage(
  job: EvidenceJob,
  context: RunContext,
  data: EvidenceData,
): Promise<CoverageRun[]> {
  const task = await openTask(job, context);
  const name = `coverage${COVERAGE_VERSION}_${nameJob(job)}-${fingerprint(job, task)}`;
  return keepResult(name, context, () => {
    const { test } = context.splits.get(job.split)!;
    const frames = thinOut(test, MOST_FRAMES[context.size]);
    return useTrained(
      FORMS.compact,
      { ...task, ...job },
      { kept: true, use: (network) => askHard(network, frames, { job, task, data }) },
    );
  });
}

/** Takes so many items at most, evenly spread. */
export function thinOut<T>(items: readonly T[], most: number): T[] {
  const count = Math.min(most, items.length);
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]);
}

async function askHard(
  network: Network,
  frames: readonly number[],
  { job, task, data }: { readonly job: EvidenceJob; readonly task: RunTask; readonly data: EvidenceData },
): Promise<CoverageRun[]> {
  const records = frames.map((frame) => data.records[frame]);
  const boxes = averageBoxes(task.blocks, task.train);
  const runs: CoverageRun[] = [];
  for (const kind of HARD_KINDS) {
    const directory = homePath('data', 'cache', 'generated', `hard-${kind}`);
    await writeHardImages(records, { kind, directory, imageOf: data.imageOf });
    const cacheDirectory = homePath('data', 'cache', 'blocks');
    const { blocks: found } = await preprocess(records, {
      root: directory,
      cacheDirectory,
      fixedMargin: true,
    });
    const missed = found.missed.map(({ record }) => record);
    const imageOf = (record: FrameRecord) => path.join(directory, record.path);
    const cut = await cutAtBoxes(missed, { boxes, imageOf });
    const [answers, filled] = [await answer(network, found), await answer(network, cut)];
    const toText = (known: ReadonlyMap<string, number>) => writeByPath(records, known);
    runs.push({ ...job, kind, frames, answers: toText(answers), fallback: toText(new Map([...answers, ...filled])) }); // prettier-ignore
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

/** Boxes as shares of an image's width and height. */
export interface RelativeBoxes {
  readonly eyes: Box;
  readonly mouth: Box;
}

/**
 * Averages where the blocks of some faces lie in their images.
 * @param faces positions in the set, at least one
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
 * Cuts blocks at fixed places of images, without looking for a face.
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
