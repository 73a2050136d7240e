import type { Emotion } from '../core/emotions';
import type { Box } from '../core/geometry';

/** What is said of one face, as `predict --format json` writes it: numbers and arrays that JSON has too. */
export interface PlainFace {
  /** The likeliest expression, or `unsure` when its probability is below the threshold. */
  readonly answer: Emotion | 'unsure';
  /** The likeliest expression, however likely. */
  readonly likeliest: Emotion;
  /** Calibrated probability of the likeliest, 0 to 1. */
  readonly confidence: number;
  /** Calibrated, their sum 1 but for rounding. */
  readonly probabilities: Readonly<Record<Emotion, number>>;
  /** What the detector framed, in pixels of the picture; it may leave the picture. */
  readonly box: Box;
  /** Which detector found it. */
  readonly detector: string;
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** What the network saw of the eyes, in pixels of the picture. */
  readonly eyesBox: Box;
  /** What it saw of the mouth. */
  readonly mouthBox: Box;
  /** x and y of 68 landmarks in turn, 136 numbers, in pixels of the picture. */
  readonly landmarks: readonly number[];
}

/** What is said of one picture. */
export interface PlainPicture {
  /** The picture's path or name. */
  readonly source: string;
  /** Where in a video the picture is. */
  readonly seconds?: number;
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The largest first; none when no face was found. */
  readonly faces: readonly PlainFace[];
}
