import { EMOTIONS } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import { CHARACTERS, type Character } from './characters';
import { generateClip, type ClipFrame } from './clip';

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
  readonly view: ClipFrame;
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
