import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { isEmotion } from '../core/emotions';
import { LANDMARK_COORDINATES } from '../core/blocks';
import type { FrameRecord } from '../core/record';
import { saveWhole } from '../files/write-file';
import { toActiveUnits, type SomeActionUnits } from './expressions';
import { planSample, toSampleSettings, type FrameSpec, type SampleSettings } from './plan-sample';
import { measureLandmarks, renderPng, renderSvg } from './render';

/** Version of the drawing; increment when the same seed gives different pixels. */
const SAMPLE_VERSION = 3;

/** File of the sample's settings. It is written last, so its presence means that the sample is complete. */
export const HEADER_FILE = 'sample.json';

/** File with one line of JSON per frame. */
const MANIFEST_FILE = 'manifest.jsonl';

/** Header of an incomplete sample. */
const PARTIAL_FILE = 'sample.partial.json';

interface SampleOptions extends Partial<SampleSettings> {
  /** A folder that is new, empty, or has a sample; a sample of other settings is replaced. */
  readonly directory: string;
  /** Called after each frame. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Draws a synthetic sample in FERG-DB's layout, with a manifest. The same settings give the same pixels. A complete
 * sample of these settings is kept; an incomplete one is completed.
 * @returns whether the folder already had this sample, so that nothing was drawn
 * @throws RangeError when a count is out of range or the folder has other files
 */
export async function writeSample(options: SampleOptions): Promise<{ readonly reused: boolean }> {
  const settings = toSampleSettings(options);
  checkCounts(settings);
  const specs = planSample(settings);
  const { directory } = options;
  const header = toHeader(settings, specs.length);
  const complete = await readIfThere(join(directory, HEADER_FILE));
  if (complete === header) return { reused: true };
  const partial = await readIfThere(join(directory, PARTIAL_FILE));
  if (partial !== header) await replaceSample(directory, complete ?? partial, header);
  await drawFrames(specs, options);
  await saveWhole(join(directory, MANIFEST_FILE), toManifestText(specs));
  await rename(join(directory, PARTIAL_FILE), join(directory, HEADER_FILE));
  return { reused: false };
}

function checkCounts({ clipsPerCell, framesPerClip, frames = 1 }: SampleSettings): void {
  for (const [name, value] of Object.entries({ clipsPerCell, framesPerClip, frames })) {
    if (!Number.isInteger(value) || value < 1 || value > 1_000_000)
      throw new RangeError(`Expected an integer from 1 to 1000000 for ${name} but received ${value}`);
  }
}

function toHeader(settings: SampleSettings, frames: number): string {
  const header = {
    version: SAMPLE_VERSION,
    note: 'Synthetic: stylized faces drawn by a program from FACS action units. They show no person and are no measure of real faces.',
    licence: 'MIT, as the program that draws them',
    settings,
    frames,
  };
  return `${JSON.stringify(header, null, 1)}\n`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return existsSync(path) ? readFile(path, 'utf8') : undefined;
}

/** Removes a sample of other settings and begins a new one. @param old header of the old sample, if there is one */
async function replaceSample(directory: string, old: string | undefined, header: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const [stranger] = await readdir(directory);
  if (stranger !== undefined && old === undefined)
    throw new RangeError(
      `Expected a new or empty folder or a sample's for directory but received ${directory} with ${stranger}`,
    );
  if (old !== undefined) {
    const { settings } = JSON.parse(old) as { settings: SampleSettings };
    const folders = settings.characters.map(({ name }) => name).filter((name) => /^[a-z0-9-]+$/.test(name));
    // The header is removed first, so that an interrupted removal does not look like a complete sample.
    for (const name of [HEADER_FILE, MANIFEST_FILE, ...folders, PARTIAL_FILE])
      await rm(join(directory, name), { recursive: true, force: true });
  }
  await saveWhole(join(directory, PARTIAL_FILE), header);
}

async function drawFrames(specs: readonly FrameSpec[], options: SampleOptions): Promise<void> {
  const { directory, onProgress } = options;
  for (const folder of new Set(specs.map(({ path }) => dirname(path))))
    await mkdir(join(directory, folder), { recursive: true });
  let done = 0;
  const queue = iterate(specs);
  const work = async () => {
    for (const { path, view } of queue) {
      const file = join(directory, path);
      if (!existsSync(file)) await saveWhole(file, await renderPng(renderSvg(view)), { flush: false });
      onProgress?.(++done, specs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
}

/** Iterates over items. A failure in a loop ends the iteration for all loops that share it. */
function* iterate<T>(items: readonly T[]): Generator<T, void, undefined> {
  yield* items;
}

/** A frame's entry in the manifest. */
interface ManifestEntry extends FrameRecord {
  readonly clip: string;
  readonly frame: number;
  /** Intensity of the expression, 0.35 to 1; always 1 for neutral. */
  readonly intensity: number;
  readonly units: SomeActionUnits;
  /** x and y of the 68 true landmarks in pixels: 136 numbers with two decimals. */
  readonly landmarks: readonly number[];
}

/** Writes the manifest's text, one line per frame. */
export function toManifestText(specs: readonly FrameSpec[]): string {
  const lines = specs.map(({ view, ...record }) => {
    const intensity = round(view.intensity);
    const landmarks = measureLandmarks(view).flatMap(({ x, y }) => [round(x), round(y)]);
    return JSON.stringify({ ...record, intensity, units: toActiveUnits(view.expression.units), landmarks });
  });
  return lines.map((line) => `${line}\n`).join('');
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Parses the manifest's text. @throws RangeError with the line's number when a line is not a frame's entry */
export function parseManifest(text: string): ManifestEntry[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const where = `line ${index + 1} of ${MANIFEST_FILE} but received ${line.slice(0, 60)}`;
    try {
      const entry: unknown = JSON.parse(line);
      if (isEntry(entry)) return entry;
    } catch (cause) {
      throw new RangeError(`Expected JSON for ${where}`, { cause });
    }
    throw new RangeError(`Expected a frame with 68 landmarks for ${where}`);
  });
}

function isEntry(entry: unknown): entry is ManifestEntry {
  const { path, character, emotion, clip, frame, landmarks } = (entry ?? {}) as Partial<ManifestEntry>;
  return (
    [path, character, emotion, clip].every((value) => typeof value === 'string' && value !== '') &&
    isEmotion(emotion!) &&
    Number.isSafeInteger(frame) &&
    Array.isArray(landmarks) &&
    landmarks.length === LANDMARK_COORDINATES &&
    landmarks.every(Number.isFinite)
  );
}

/**
 * Reads a sample's manifest: intensity, action units and landmarks of each frame.
 * @param directory folder of a sample from `writeSample`
 * @throws RangeError when the manifest is missing or has an invalid line
 */
export async function readManifest(directory: string): Promise<ManifestEntry[]> {
  const text = await readFile(join(directory, MANIFEST_FILE), 'utf8').catch((cause: unknown) => {
    const message = `Expected a sample with ${MANIFEST_FILE} for directory but received ${directory}`;
    throw new RangeError(message, { cause });
  });
  return parseManifest(text);
}

/**
 * Reads a sample's records.
 * @returns one record per frame, with clip and frame, in the manifest's order
 * @throws what {@link readManifest} throws
 */
export async function readSample(directory: string): Promise<FrameRecord[]> {
  const entries = await readManifest(directory);
  return entries.map(({ path, character, emotion, clip, frame }) => ({
    path,
    character,
    emotion,
    clip,
    frame,
  }));
}
