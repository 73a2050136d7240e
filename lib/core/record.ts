import type { Emotion } from './emotions';

/** One labelled image. The readers of all data sets return this type. */
export interface FrameRecord {
  /** Path relative to the data set's folder, with forward slashes. */
  readonly path: string;
  /** The person in the image: a stylized character of FERG-DB, or a person's id. */
  readonly character: string;
  readonly emotion: Emotion;
  /** Name of the clip that the frame is from. Neighbouring frames of a clip are near-duplicates. */
  readonly clip?: string;
  /** Position in the clip, from 0. */
  readonly frame?: number;
  /** Share of the expression at its height, 0 to 1, where the data set knows it. */
  readonly intensity?: number;
  /** The image's part in the data set's official split. */
  readonly side?: SplitPart;
  /** Number of annotators who chose each label, [10], in the order of `VOTE_COLUMNS`. */
  readonly votes?: readonly number[];
  /** Further columns of a table of labels, by name, such as age and camera. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The three parts of a split: training, validation and test set. */
export const SPLIT_PARTS = ['train', 'validation', 'test'] as const;

/** One of {@link SPLIT_PARTS}. */
export type SplitPart = (typeof SPLIT_PARTS)[number];

/** Converts what belongs to each part of a split. */
export function mapParts<A, B>(
  parts: Readonly<Record<SplitPart, A>>,
  convert: (value: A) => B,
): Record<SplitPart, B> {
  return {
    train: convert(parts.train),
    validation: convert(parts.validation),
    test: convert(parts.test),
  };
}
