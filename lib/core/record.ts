import type { Emotion } from './emotions';

/** One labelled image. Every data set's reader gives this and nothing else. */
export interface FrameRecord {
  /** Path relative to the data set's folder, with forward slashes. */
  readonly path: string;
  /** Whose face it is: FERG's stylized character, or a person's id. */
  readonly character: string;
  readonly emotion: Emotion;
  /** Name of the clip that the frame was taken from: neighbouring frames of a clip are near-duplicates. */
  readonly clip?: string;
  /** Position in the clip, from 0. */
  readonly frame?: number;
  /** Share of the expression at its height, 0 to 1, where the data set knows it. */
  readonly intensity?: number;
  /** Side that the data set itself puts the image on. */
  readonly side?: Side;
  /** How many annotators chose what, [10], in the order of `VOTE_COLUMNS`. */
  readonly votes?: readonly number[];
  /** Further columns of a table of labels by their names, such as age and camera. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The three sides of a split. */
export const SIDES = ['train', 'validation', 'test'] as const;

/** One of {@link SIDES}. */
export type Side = (typeof SIDES)[number];
