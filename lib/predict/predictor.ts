import { EMOTIONS, type Emotion } from '../core/emotions';
import type { Box } from '../core/geometry';
import { type RgbImage, toGray } from '../core/image';
import { FACE_SIZE } from '../core/face-set';
import { cutBlocks, cutFace, scaleMargin } from '../core/landmarks';
import { startEngine } from '../engine/tensorflow';
import type { BadImage } from '../faces/bad-image';
import { isBadImage } from '../faces/bad-image';
import { type Face, placeFace } from '../faces/detect';
import { type AllFacesDetector, loadAllFacesDetector } from '../faces/detect-all';
import { enlarge, fitForDetection } from '../faces/fit';
import { CROPPED_SIDE } from '../faces/prepare';
import { type Classifier, type FaceToClassify, loadClassifier } from './model';

/** The likeliest expression's probability below which the answer is `unsure`. */
export const DEFAULT_ABSTENTION = 0.5;

/** What is said of one face. */
export interface FacePrediction {
  /** The likeliest expression, or `unsure` when its probability is below the threshold. */
  readonly answer: Emotion | 'unsure';
  /** The likeliest expression, however likely. */
  readonly likeliest: Emotion;
  /** Calibrated probability of the likeliest, 0 to 1. */
  readonly confidence: number;
  /** Calibrated, their sum 1. */
  readonly probabilities: Readonly<Record<Emotion, number>>;
  /** What the detector framed, in pixels of the picture. */
  readonly box: Box;
  readonly detector: Face['detector'];
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** [68, 2] as x and y in pixels of the picture. */
  readonly landmarks: Float32Array;
  readonly eyesBox: Box;
  readonly mouthBox: Box;
  /** Grey levels, [32, 32]. */
  readonly eyes: Uint8Array;
  readonly mouth: Uint8Array;
}

/** What is said of one picture. */
export interface PicturePrediction {
  /** The picture's path or name. */
  readonly source: string;
  /** Where in a video the picture is. */
  readonly seconds?: number;
  readonly width: number;
  readonly height: number;
  /** Of how many frames or pages the picture is the first, where the file has several; the others were not looked at. */
  readonly frames?: number;
  /** The largest first; none when no face was found. */
  readonly faces: readonly FacePrediction[];
}

/** A picture that could not be read. */
export interface UnreadPicture extends BadImage {
  readonly source: string;
}

/** Tells whether a picture could not be read. */
export function isUnread(result: PicturePrediction | UnreadPicture): result is UnreadPicture {
  return isBadImage(result);
}

/** Finds faces and names their expressions. */
export interface Predictor {
  readonly classifier: Classifier;
  /** The probability below which an answer is `unsure`. */
  readonly abstainBelow: number;
  /**
   * Looks at one picture, by itself: answers do not depend on which others are asked for.
   * @param source what the picture is called in the result
   */
  predict(image: RgbImage, source: string): Promise<PicturePrediction>;
  /**
   * Begins with a video.
   * @returns looks at one picture after the other, as `predict` does, but follows faces from one to the next
   */
  follow(source: string): (image: RgbImage, seconds: number) => Promise<PicturePrediction>;
  /** Frees all weights. */
  dispose(): void;
}

/**
 * Loads detector and classifier on the fastest engine.
 * @param options.model as `loadClassifier` takes it
 * @param options.abstainBelow probability, 0 to 1, default {@link DEFAULT_ABSTENTION}
 * @param options.cropped whether each picture is a cropped face, which no detector has to find; default false
 * @returns the caller disposes it
 * @throws RangeError for a threshold out of range, or a model that cannot be read
 */
export async function loadPredictor(
  options: {
    readonly model?: string | Classifier;
    readonly abstainBelow?: number;
    readonly cropped?: boolean;
  } = {},
): Promise<Predictor> {
  const { model, abstainBelow = DEFAULT_ABSTENTION, cropped = false } = options;
  if (!(abstainBelow >= 0 && abstainBelow <= 1))
    throw new RangeError(`Expected a number between 0 and 1 for abstainBelow but received ${abstainBelow}`);
  await startEngine();
  const classifier = typeof model === 'object' ? model : await loadClassifier(model);
  const detector = await loadAllFacesDetector();
  const parts = { classifier, detector, abstainBelow, cropped };
  return {
    classifier,
    abstainBelow,
    predict: (image, source) => predictPicture(parts, { image, source, find: detector.detectAll }),
    follow: (source) => {
      const next = detector.follow();
      return (image, seconds) => predictPicture(parts, { image, source, find: () => next(image, seconds) });
    },
    dispose: () => [classifier, detector].forEach((part) => part.dispose()),
  };
}

interface Parts {
  readonly classifier: Classifier;
  readonly detector: AllFacesDetector;
  readonly abstainBelow: number;
  readonly cropped: boolean;
}

interface Look {
  readonly image: RgbImage;
  readonly source: string;
  readonly find: (image: RgbImage) => Promise<Face[]>;
}

async function predictPicture(parts: Parts, { image, source, find }: Look): Promise<PicturePrediction> {
  const { classifier, cropped, abstainBelow } = parts;
  const recognized = cropped ? undefined : await classifier.recognize?.(image);
  const faces = recognized
    ? cutFaces(classifier, image, recognized)
    : await classifyFaces(classifier, image, await (cropped ? placeInCrop(parts, image) : find(image)));
  return {
    ...{ source, width: image.width, height: image.height },
    faces: faces.map(({ detector, score, box, landmarks, blocks, probabilities }) => {
      const { eyesBox, mouthBox, eyes, mouth } = blocks;
      const face = { detector, score, box, landmarks };
      return { ...answerOf(probabilities, abstainBelow), ...face, eyesBox, mouthBox, eyes, mouth };
    }),
  };
}

async function placeInCrop({ detector }: Parts, image: RgbImage): Promise<Face[]> {
  const small = await enlarge(await fitForDetection(image), CROPPED_SIDE);
  const { width, height } = image;
  return [placeFace(await detector.placeInCrop(small), { x: 0, y: 0, width, height }, small)];
}

async function classifyFaces(classifier: Classifier, image: RgbImage, found: readonly Face[]) {
  const faces = cutFaces(classifier, image, found);
  const values = await classifier.classify(image, faces);
  const row = (index: number) => values.subarray(EMOTIONS.length * index, EMOTIONS.length * (index + 1));
  return faces.map((face, index) => ({ ...face, probabilities: row(index) }));
}

/** Adds what is cut of each face; one whose eyes or mouth lie outside of the image is left out. */
function cutFaces<F extends Face>(
  { marginPx, faceSizePx, seesFace }: Classifier,
  { data, width, height }: RgbImage,
  faces: readonly F[],
): (F & FaceToClassify)[] {
  if (faces.length === 0) return [];
  const gray = toGray(data, width, height, 3);
  return faces.flatMap((face) => {
    const { landmarks } = face;
    const blocks = cutBlocks(gray, landmarks, { marginPx: scaleMargin(marginPx, landmarks, faceSizePx) });
    if (blocks.kind !== 'blocks') return [];
    const wholeFace = seesFace ? cutFace(gray, landmarks, FACE_SIZE) : undefined;
    return [{ ...face, blocks, wholeFace }];
  });
}

/**
 * Answers by probabilities.
 * @param row in the order of {@link EMOTIONS}, [7]
 * @param abstainBelow the probability below which the answer is `unsure`
 */
export function answerOf(
  row: Float32Array,
  abstainBelow: number,
): Pick<FacePrediction, 'answer' | 'likeliest' | 'confidence' | 'probabilities'> {
  const confidence = Math.max(...row);
  const likeliest = EMOTIONS[row.indexOf(confidence)];
  const probabilities = Object.fromEntries(EMOTIONS.map((emotion, id) => [emotion, row[id]]));
  return {
    answer: confidence < abstainBelow ? 'unsure' : likeliest,
    likeliest,
    confidence,
    probabilities: probabilities as Record<Emotion, number>,
  };
}
