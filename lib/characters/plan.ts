import { EMOTIONS, type Emotion } from '../core/emotions';
import type { Point } from '../core/geometry';
import type { FrameRecord } from '../core/record';
import type { Character } from './character';
import { CHARACTERS } from './characters';
import { generateClip, toClipFrame, type ClipFrame } from './clip';
import { buildFace } from './face';
import { toLandmarks } from './landmarks';
import { buildCamera } from './space';

/** Seed of the sample in all of this project's results. */
export const SAMPLE_SEED = 2022;

/** Settings of a sample. */
export interface SampleSettings {
  /** Integer, default {@link SAMPLE_SEED}. */
  readonly seed: number;
  /** Number of clips of each character and expression, default 10. */
  readonly clipsPerCell: number;
  /** Number of frames of a clip, default 4. */
  readonly framesPerClip: number;
  /** Default: the six hand-made characters. */
  readonly characters: readonly Character[];
  /**
   * Total number of frames, spread evenly over characters and expressions; used in place of `clipsPerCell`. The last
   * clip of a character and expression may then be shorter.
   */
  readonly frames?: number;
}

/** A planned frame. */
export interface FrameSpec extends FrameRecord {
  readonly clip: string;
  readonly frame: number;
  readonly view: ClipFrame;
}

/** Completes a sample's settings with the defaults. */
export function toSampleSettings(some: Partial<SampleSettings> = {}): SampleSettings {
  return {
    seed: some.seed ?? SAMPLE_SEED,
    clipsPerCell: some.clipsPerCell ?? 10,
    framesPerClip: some.framesPerClip ?? 4,
    characters: some.characters ?? CHARACTERS,
    ...(some.frames === undefined ? {} : { frames: some.frames }),
  };
}

/**
 * Plans a sample's frames. A frame depends on seed, character, expression, `framesPerClip` and its numbers of clip and
 * frame only, not on the other frames.
 * @returns frames in the order of characters, expressions, clips
 */
export function planSample(settings: SampleSettings): FrameSpec[] {
  const cells = settings.characters.flatMap((look) => EMOTIONS.map((emotion) => ({ look, emotion })));
  return cells.flatMap(({ look, emotion }, cell) =>
    planCell(look, emotion, settings, countFrames(settings, cell, cells.length)),
  );
}

function countFrames(
  { frames, clipsPerCell, framesPerClip }: SampleSettings,
  cell: number,
  cells: number,
): number {
  if (frames === undefined) return clipsPerCell * framesPerClip;
  return Math.floor(frames / cells) + (cell < frames % cells ? 1 : 0);
}

function planCell(look: Character, emotion: Emotion, settings: SampleSettings, count: number): FrameSpec[] {
  const { seed, framesPerClip } = settings;
  const clips = Math.ceil(count / framesPerClip);
  return Array.from({ length: clips }, (_, index) => {
    const clip = generateClip(look, emotion, { seed, index });
    const stem = `${look.name}_${emotion}`;
    const name = `${stem}_${pad(index, 2)}`;
    return Array.from({ length: Math.min(framesPerClip, count - index * framesPerClip) }, (_, frame) => ({
      path: `${look.name}/${stem}/${name}_${pad(frame, 2)}.png`,
      character: look.name,
      emotion,
      clip: name,
      frame,
      view: toClipFrame(clip, (frame + 0.5) / framesPerClip),
    }));
  }).flat();
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/**
 * Computes a planned frame's true landmarks.
 * @returns 68 points in pixels, in iBUG's order
 */
export function measureLandmarks({ view }: FrameSpec): Point[] {
  return toLandmarks(buildFace(view.look, view.expression), buildCamera(view.pose));
}
