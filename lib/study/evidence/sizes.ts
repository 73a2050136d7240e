import { DEFAULT_EXPERIMENT } from '../../core/experiment';

/** Size of a set of generated characters. */
interface GeneratedSet {
  /** Seed of the characters and their clips. */
  readonly seed: number;
  readonly characters: number;
  readonly clipsPerCell: number;
  readonly framesPerClip: number;
}

/** Number of epochs of each network. */
export interface EvidenceEpochs {
  readonly tergat: number;
  /** TerGat's with one character left out. */
  readonly tergatCharacters: number;
  readonly compact: number;
  readonly landmarks: number;
  readonly boxes: number;
  /** Of the two networks with data augmentation. */
  readonly augmented: number;
}

/** Numbers of development characters in training and validation set; the remaining ones are the test set. */
export interface DevelopmentShares {
  readonly train: number;
  readonly validation: number;
}

/** Numbers of images and epochs of all studies. */
export interface EvidenceSize {
  readonly name: 'full' | 'small';
  /** Of the six characters. */
  readonly clipsPerCell: number;
  readonly framesPerClip: number;
  readonly generated: Readonly<Record<'development' | 'final', GeneratedSet>>;
  readonly shares: DevelopmentShares;
  readonly epochs: EvidenceEpochs;
  /** Maximum number of images for each corruption; detection is slow when the face is missed. */
  readonly corruptedImages: number;
}

/**
 * The full size, and a small one for tests of the code. All choices between models were made on `development`; `final` is
 * tested once, after all choices.
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
    corruptedImages: 77,
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
    corruptedImages: 14,
  },
};
