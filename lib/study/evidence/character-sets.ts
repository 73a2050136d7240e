import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import type { FrameRecord } from '../../core/record';
import type { Dataset } from '../../datasets/dataset';
import { readFerg } from '../../datasets/ferg';
import { generateCharacter, readSample, writeSample } from '../../characters';
import { homePath, projectRoot } from '../../files/project';
import { concatBlocks } from '../../faces/store/concat-blocks';
import { preprocess } from '../../faces/store/preprocess';
import { openDataset } from '../open-dataset';
import type { EvidenceSize } from './sizes';

/** The sets of characters, in the order in which their frames are joined. */
export const CHARACTER_SETS = ['six', 'development', 'final'] as const;

/** One of {@link CHARACTER_SETS}. */
export type CharacterSet = (typeof CHARACTER_SETS)[number];

/** A data set whose faces were found. */
export interface EvidenceData {
  /** All frames; a path begins with the name of its set. */
  readonly records: readonly FrameRecord[];
  /** The found faces of these frames. */
  readonly blocks: BlockSet;
  /** Which set a frame is of. */
  readonly setOf: (record: FrameRecord) => CharacterSet;
  /** Absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

/**
 * Opens the sets and finds their faces; what was drawn or found before is reused.
 * @param options.environment `FERG_DIR` takes the place of the six drawn characters
 * @param options.print is told what is done
 */
export async function openEvidenceData(options: {
  readonly size: EvidenceSize;
  readonly sets?: readonly CharacterSet[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print?: (line: string) => void;
}): Promise<EvidenceData> {
  const { size, sets = CHARACTER_SETS, environment, print } = options;
  const directories = new Map<string, string>();
  const records: FrameRecord[] = [];
  const parts: BlockSet[] = [];
  for (const set of sets) {
    const dataset = await (set === 'six' ? openSix(size, environment) : openGenerated(set, size));
    print?.(`${set}: ${dataset.records.length} frames of ${dataset.name}; finding faces`);
    const found = await findFaces(dataset);
    directories.set(set, dataset.directory);
    records.push(...dataset.records.map((record) => inSet(set, record)));
    parts.push(renameRecords(found, set));
  }
  return { records, blocks: concatBlocks(parts), setOf, imageOf: (record) => imageIn(directories, record) };
}

function setOf({ path: name }: FrameRecord): CharacterSet {
  return name.slice(0, name.indexOf('/')) as CharacterSet;
}

function imageIn(directories: ReadonlyMap<string, string>, record: FrameRecord): string {
  const set = setOf(record);
  return path.join(directories.get(set)!, record.path.slice(set.length + 1));
}

function inSet(set: CharacterSet, record: FrameRecord): FrameRecord {
  return { ...record, path: `${set}/${record.path}` };
}

function renameRecords(blocks: BlockSet, set: CharacterSet): BlockSet {
  return {
    ...blocks,
    records: blocks.records.map((record) => inSet(set, record)),
    skipped: blocks.skipped.map((miss) => ({ ...miss, record: inSet(set, miss.record) })),
  };
}

async function findFaces({ directory, records }: Dataset): Promise<BlockSet> {
  const cacheDirectory = homePath('data', 'cache', 'blocks');
  return (await preprocess(records, { root: directory, cacheDirectory, fixedMargin: true })).blocks;
}

/** The six characters: FERG's own where the user has them, else the drawn ones. */
async function openSix(
  { name, clipsPerCell, framesPerClip }: EvidenceSize,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Dataset> {
  if (environment.FERG_DIR) return readFerg(path.resolve(projectRoot(), environment.FERG_DIR));
  if (name === 'full') return openDataset(DEFAULT_EXPERIMENT, {});
  const directory = sampleDirectory('six-small');
  await writeSample({ directory, clipsPerCell, framesPerClip });
  return toDataset('six drawn characters', directory);
}

async function openGenerated(set: Exclude<CharacterSet, 'six'>, size: EvidenceSize): Promise<Dataset> {
  const { seed, characters: count, clipsPerCell, framesPerClip } = size.generated[set];
  const directory = sampleDirectory(`${set}-${size.name}`);
  // Names as `g11-003`: unlike those of every other seed, and in the order of the series.
  const characters = Array.from({ length: count }, (_, index) => ({
    ...generateCharacter(seed, index),
    name: `g${seed}-${String(index).padStart(3, '0')}`,
  }));
  await writeSample({ directory, seed, characters, clipsPerCell, framesPerClip });
  return toDataset(`characters generated from seed ${seed}`, directory);
}

function sampleDirectory(name: string): string {
  return homePath('data', 'cache', 'generated', name);
}

async function toDataset(name: string, directory: string): Promise<Dataset> {
  return { name, synthetic: true, directory, records: await readSample(directory) };
}
