import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEmotion } from '../core/emotions';
import { LANDMARK_COORDINATES } from '../core/blocks';
import type { FrameRecord } from '../core/record';
import { toActiveUnits, type SomeActionUnits } from './expressions';
import type { FrameSpec } from './plan-sample';
import { measureLandmarks } from './render';

/** File with one line of JSON per frame. */
export const MANIFEST_FILE = 'manifest.jsonl';

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

/** Makes a frame's entry in the manifest. */
export function toManifestEntry({ view, ...record }: FrameSpec): ManifestEntry {
  return {
    ...record,
    intensity: round(view.intensity),
    units: toActiveUnits(view.expression.units),
    landmarks: measureLandmarks(view).flatMap(({ x, y }) => [round(x), round(y)]),
  };
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Writes the manifest's text, one line per frame. */
export function toManifestText(specs: readonly FrameSpec[]): string {
  return specs.map((spec) => `${JSON.stringify(toManifestEntry(spec))}\n`).join('');
}

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
