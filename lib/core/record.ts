import type { Emotion } from './emotions';

/** One of the three sides that a split has. */
export type Side = 'train' | 'validation' | 'test';

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
  /** The side that the data set's authors put the image on, where they did: the split `official`. */
  readonly side?: Side;
  /** FER+'s ten counts in the order of `VOTE_COLUMNS`: how many raters chose each. */
  readonly votes?: readonly number[];
  /** Further columns of a table of labels by their names, such as age and camera. */
  readonly attributes?: Readonly<Record<string, string>>;
}
