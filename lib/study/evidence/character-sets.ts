import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import { DEFAULT_EXPERIMENT } from '../../core/experiment';
import type { FrameRecord } from '../../core/record';
import type { Dataset } from '../../datasets/dataset';
import { readFerg } from '../../datasets/ferg';
import { generateCharacter, readSample, writeSample } from '../../characters';
import { homePath, projectRoot } from '../../files/project';
import { concatBlocks } from '../../faces/store/rows';
import { openDataset, preprocessDataset } from '../open-dataset';
import type { EvidenceSize } from './sizes';

/** The sets of characters in the order of their frames. */
const CHARACTER_SETS = ['six', 'development', 'final'] as const;

/** One of {@link CHARACTER_SETS}. */
export type CharacterSet = (typeof CHARACTER_SETS)[number];

/** The joined data of several sets of characters after detection. */
export interface EvidenceData {
  /** All frames; a path begins with the name of its set. */
  readonly records: readonly FrameRecord[];
  /** The found faces of these frames. */
  readonly blocks: BlockSet;
  /** Returns the set of a frame. */
  readonly setOf: (record: FrameRecord) => CharacterSet;
  /** Returns the absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

/**
 * Opens sets of characters and detects their faces; drawn images and detected faces are cached.
 * @param options.environment `FERG_DIR`: FERG-DB in place of the six drawn characters
 * @param options.print called with messages about the progress
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
    const dataset = await (set === 'six' ? openSix(size, environment) : openGeneratedSet(set, size));
    print?.(`${set}: ${dataset.records.length} frames of ${dataset.name}; finding faces`);
    const { blocks: found } = await preprocessDataset({ ...dataset, fixedMargin: true }, DEFAULT_EXPERIMENT);
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

/** Opens FERG-DB if `FERG_DIR` is set, else the six drawn characters. */
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

async function openGeneratedSet(set: Exclude<CharacterSet, 'six'>, size: EvidenceSize): Promise<Dataset> {
  const { seed, characters: count, clipsPerCell, framesPerClip } = size.generated[set];
  const directory = sampleDirectory(`${set}-${size.name}`);
  // The names, such as g11-003, contain the seed and sort in the order of the series.
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
