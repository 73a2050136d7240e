import { isEmotion } from '../core/emotions';
import { LANDMARK_COORDINATES } from '../core/landmarks';
import type { FrameRecord } from '../core/record';
import { toActiveUnits, type SomeActionUnits } from './action-units';
import { measureLandmarks, type FrameSpec, type SampleSettings } from './plan';

/** Version of the drawing; increment when the same seed gives different pixels. */
export const SAMPLE_VERSION = 3;

/** File of the sample's settings. It is written last, so its presence means that the sample is complete. */
export const HEADER_FILE = 'sample.json';

/** File with one line of JSON per frame. */
export const MANIFEST_FILE = 'manifest.jsonl';

/** Content of a sample's header file. */
export interface SampleHeader {
  readonly version: number;
  readonly note: string;
  readonly licence: string;
  readonly settings: SampleSettings;
  readonly frames: number;
}

/** A frame's entry in the manifest. */
export interface ManifestEntry extends FrameRecord {
  readonly clip: string;
  readonly frame: number;
  /** Intensity of the expression, 0.35 to 1; always 1 for neutral. */
  readonly intensity: number;
  readonly units: SomeActionUnits;
  /** x and y of the 68 true landmarks in pixels: 136 numbers with two decimals. */
  readonly landmarks: readonly number[];
}

/** Makes a sample's header. */
export function buildHeader(settings: SampleSettings, frames: number): SampleHeader {
  return {
    version: SAMPLE_VERSION,
    note: 'Synthetic: stylized faces drawn by a program from FACS action units. They show no person and are no measure of real faces.',
    licence: 'MIT, as the program that draws them',
    settings,
    frames,
  };
}

/** Makes a frame's entry in the manifest. */
export function toManifestEntry(spec: FrameSpec): ManifestEntry {
  const { path, character, emotion, clip, frame, view } = spec;
  return {
    path,
    character,
    emotion,
    clip,
    frame,
    intensity: round(view.intensity),
    units: toActiveUnits(view.expression.units),
    landmarks: measureLandmarks(spec).flatMap(({ x, y }) => [round(x), round(y)]),
  };
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Writes the manifest's text, one line per frame. */
export function toManifestText(specs: readonly FrameSpec[]): string {
  return specs.map((spec) => `${JSON.stringify(toManifestEntry(spec))}\n`).join('');
}

/**
 * Parses the manifest's text.
 * @throws RangeError with the line's number when a line is not a frame's entry
 */
export function parseManifest(text: string): ManifestEntry[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => parseEntry(line, index + 1));
}

function parseEntry(line: string, number: number): ManifestEntry {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (cause) {
    throw new RangeError(
      `Expected JSON for line ${number} of ${MANIFEST_FILE} but received ${line.slice(0, 60)}`,
      { cause },
    );
  }
  if (!isEntry(entry))
    throw new RangeError(
      `Expected a frame with 68 landmarks for line ${number} of ${MANIFEST_FILE} but received ${line.slice(0, 60)}`,
    );
  return entry;
}

function isEntry(entry: unknown): entry is ManifestEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { path, character, emotion, clip, frame, landmarks } = entry as Partial<Record<string, unknown>>;
  const isText = [path, character, emotion, clip].every((value) => typeof value === 'string' && value !== '');
  if (!isText || !isEmotion(emotion as string) || !Number.isSafeInteger(frame)) return false;
  return (
    Array.isArray(landmarks) && landmarks.length === LANDMARK_COORDINATES && landmarks.every(Number.isFinite)
  );
}
