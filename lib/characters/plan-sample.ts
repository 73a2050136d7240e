import { EMOTIONS, type Emotion } from '../core/emotions';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import { CHARACTERS, type Character } from './characters';
import { generateManner, generateUnits, mapActionUnits, type ActionUnit } from './expressions';
import type { View } from './scene';

/** Settings of a sample. */
export interface SampleSettings {
  /** Integer, default 2022: the sample in all of this project's results. */
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
  readonly view: View & { readonly intensity: number };
}

/** Completes a sample's settings with the defaults. */
export function toSampleSettings(some: Partial<SampleSettings> = {}): SampleSettings {
  return {
    seed: some.seed ?? 2022,
    clipsPerCell: some.clipsPerCell ?? 10,
    framesPerClip: some.framesPerClip ?? 4,
    characters: some.characters ?? CHARACTERS,
    frames: some.frames,
  };
}

/**
 * Plans a sample's frames. A frame depends on seed, character, expression, `framesPerClip` and its numbers of clip and
 * frame only, not on the other frames.
 * @param some settings; the others have their defaults
 * @returns frames in the order of characters, expressions, clips
 */
export function planSample(some?: Partial<SampleSettings>): FrameSpec[] {
  const { seed, clipsPerCell, framesPerClip, characters, frames } = toSampleSettings(some);
  const cells = characters.flatMap((look) => EMOTIONS.map((emotion) => ({ look, emotion })));
  return cells.flatMap(({ look, emotion }, cell) => {
    // The first cells have one frame more if the number of frames is no multiple of the number of cells.
    const share = frames && Math.floor(frames / cells.length) + (cell < frames % cells.length ? 1 : 0);
    const count = share ?? clipsPerCell * framesPerClip;
    const stem = `${look.name}_${emotion}`;
    const clips = Array.from({ length: Math.ceil(count / framesPerClip) }, (_, index) =>
      generateClip(look, emotion, { seed, index }),
    );
    return Array.from({ length: count }, (_, place) => {
      const [index, frame] = [Math.floor(place / framesPerClip), place % framesPerClip];
      const clip = `${stem}_${toTwoDigits(index)}`;
      return {
        path: `${look.name}/${stem}/${clip}_${toTwoDigits(frame)}.png`,
        character: look.name,
        emotion,
        clip,
        frame,
        view: clips[index]((frame + 0.5) / framesPerClip),
      };
    });
  });
}

const toTwoDigits = (value: number) => String(value).padStart(2, '0');

/** Lowest intensity of the expression in a labelled frame. */
export const MIN_INTENSITY = 0.35;

/** Weak units that do not belong to the expression: probability and highest intensity. */
// prettier-ignore
const NOISE: Readonly<Partial<Record<ActionUnit, readonly [chance: number, highest: number]>>> = {
  AU1: [0.3, 0.14], AU2: [0.3, 0.14], AU4: [0.3, 0.14], AU5: [0.25, 0.15], AU7: [0.25, 0.15], AU12: [0.2, 0.12],
  AU14: [0.3, 0.25], AU15: [0.2, 0.12], AU25: [0.25, 0.3], AU26: [0.15, 0.12], AU43: [0.25, 0.15],
};

/**
 * Draws a short clip at random: an expression grows, holds and fades while the head moves slightly. Its random numbers
 * depend on seed, character, expression and index only.
 * @param seed the sample's seed
 * @param index number of the clip within its character and expression, from 0
 * @returns a function that computes the frame at a time, 0 (start) to 1 (end)
 */
function generateClip(
  look: Character,
  emotion: Emotion,
  { seed, index }: { seed: number; index: number },
): (time: number) => FrameSpec['view'] {
  const random = createRandom(seed, 'clip', look.name, emotion, index);
  const { uniform } = random;
  const normal = (deviation: number, limit: number) =>
    Math.min(limit, Math.max(-limit, deviation * random.normal()));
  const strongest = generateUnits(emotion, generateManner(createRandom(seed, 'manner', look.name)), random);
  const noise = mapActionUnits((unit) => {
    const range = NOISE[unit];
    return range && random.next() < range[0] ? uniform(0, range[1]) : 0;
  });
  const isNeutral = emotion === 'neutral';
  const peak = isNeutral ? 1 : uniform(0.85, 1);
  const ends = [uniform(0.65, 0.85), uniform(0.65, 0.85)];
  const asymmetry = normal(0.07, 0.15);
  const gaze = { x: normal(0.32, 0.8), y: normal(0.2, 0.5) };
  const direction = { x: uniform(-1, 1), y: uniform(-1, -0.1) };
  const light = { ...direction, strength: uniform(0.25, 0.9), exposure: uniform(-0.9, 0.45) };
  // Yaw, pitch, roll, scale, x and y in the middle of the clip, and how far they move.
  const turn = [normal(7, 14), normal(4, 8), normal(4.5, 10), uniform(0.8, 0.96)];
  const middle = [...turn, 128 + normal(6, 12), 140 + normal(5, 9)];
  const drift = [
    normal(3, 6),
    normal(2, 4),
    normal(2, 4),
    uniform(-0.015, 0.015),
    normal(2, 4),
    normal(2, 4),
  ];
  const phase = uniform(0, 2 * Math.PI);
  return (time) => {
    const sway = Math.sin(phase + 2 * Math.PI * time);
    const intensity = isNeutral ? 1 : Math.max(MIN_INTENSITY, peak * envelope(ends, time));
    const units = mapActionUnits((unit) =>
      Math.max((strongest[unit] ?? 0) * intensity, noise[unit] * (0.8 + 0.2 * sway)),
    );
    const along = time - 0.5 + 0.12 * sway;
    const [yaw, pitch, roll, scale, x, y] = middle.map((value, at) => value + drift[at] * along);
    return {
      look,
      intensity,
      expression: { units, asymmetry, gaze: { x: gaze.x + 0.06 * sway, y: gaze.y + 0.03 * sway } },
      pose: { yaw, pitch, roll, scale, x, y },
      light,
    };
  };
}

/**
 * Computes the relative intensity: it grows until 0.4, is 1 until 0.66, then fades.
 * @param ends intensities at the clip's start and end, relative to the peak
 */
function envelope([start, end]: readonly number[], time: number): number {
  if (time < 0.4) return start + (1 - start) * smoothStep(time / 0.4);
  if (time > 0.66) return end + (1 - end) * smoothStep((1 - time) / 0.34);
  return 1;
}

const smoothStep = (t: number) => t * t * (3 - 2 * t);
