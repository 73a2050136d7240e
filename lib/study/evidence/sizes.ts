import { DEFAULT_EXPERIMENT } from '../../core/experiment';

/** How many generated characters there are, and how many frames of each. */
export interface GeneratedSet {
  /** Seed of the characters and of their clips. */
  readonly seed: number;
  readonly characters: number;
  readonly clipsPerCell: number;
  readonly framesPerClip: number;
}

/** Epochs of each network on each kind of split: as many as an hour of two cores allows for all of them. */
export interface EvidenceEpochs {
  readonly tergat: number;
  /** TerGat's with one character left out: six trainings. */
  readonly tergatCharacters: number;
  readonly compact: number;
  readonly landmarks: number;
  readonly boxes: number;
  /** Of the two networks that learn from augmented samples. */
  readonly augmented: number;
}

/** Numbers of development characters: the first train, the next choose the epoch, the remaining ones are tested. */
export interface DevelopmentShares {
  readonly train: number;
  readonly validation: number;
}

/** How many images the studies use, and how long networks are trained. */
export interface EvidenceSize {
  readonly name: 'full' | 'small';
  /** Of the six characters. */
  readonly clipsPerCell: number;
  readonly framesPerClip: number;
  readonly generated: Readonly<Record<'development' | 'final', GeneratedSet>>;
  readonly shares: DevelopmentShares;
  readonly epochs: EvidenceEpochs;
  /** Most images that are copied for each corruption: a missed face takes the detectors long. */
  readonly hardImages: number;
}

/**
 * The full run's size, and a small one that checks that everything runs. Every choice between models was made on
 * `development`; `final` is tested once, after all choices.
 */
export const EVIDENCE_SIZES: Readonly<Record<EvidenceSize['name'], EvidenceSize>> = {
  full: {
    name: 'full',
    clipsPerCell: DEFAULT_EXPERIMENT.clipsPerCell,
    framesPerClip: DEFAULT_EXPERIMENT.framesPerClip,
    generated: {
      development: { seed: 11, characters: 128, clipsPerCell: 2, framesPerClip: 2 },
      final: { seed: 2029, characters: 24, clipsPerCell: 2, framesPerClip: 3 },
    },
    shares: { train: 100, validation: 8 },
    epochs: { tergat: 6, tergatCharacters: 6, compact: 8, landmarks: 40, boxes: 60, augmented: 12 },
    hardImages: 77,
  },
  small: {
    name: 'small',
    clipsPerCell: 3,
    framesPerClip: 2,
    generated: {
      development: { seed: 11, characters: 12, clipsPerCell: 1, framesPerClip: 1 },
      final: { seed: 2029, characters: 3, clipsPerCell: 1, framesPerClip: 1 },
    },
    shares: { train: 6, validation: 3 },
    epochs: { tergat: 2, tergatCharacters: 1, compact: 3, landmarks: 5, boxes: 5, augmented: 3 },
    hardImages: 14,
  },
};
