import { EMOTIONS, type Emotion } from '../core/emotions';
import type { RgbImage } from '../core/image';
import { startEngine } from '../tensor/backend';
import { type BadImage, isBadImage } from '../faces/picture/decode';
import {
  cutFaces,
  hasBlocks,
  findAndCutFaces,
  type FindAndCutSettings,
  type FaceWithBlocks,
  loadFaceFinder,
  type WantedFaces,
} from '../faces/detector/find-faces';
import type { DetectedFace } from '../faces/detector/detected-face';
import { type Classifier, loadClassifier } from './model';
import type { PlainFace, PlainPicture } from './plain';

/** The likeliest expression's probability below which the answer is `unsure`. */
export const DEFAULT_ABSTENTION = 0.5;

/** What is said of one face. */
export interface FacePrediction extends Omit<PlainFace, 'detector' | 'landmarks'> {
  readonly detector: DetectedFace['detector'];
  /** [68, 2] as x and y in pixels of the picture. */
  readonly landmarks: Float32Array;
  /** Grey levels, [32, 32]. */
  readonly eyes: Uint8Array;
  readonly mouth: Uint8Array;
}

/** What is said of one picture. */
export interface PicturePrediction extends Omit<PlainPicture, 'faces'> {
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

/** A picture and what it is called in the result. */
export interface NamedImage {
  readonly image: RgbImage;
  readonly source: string;
}

/** What is loaded, and how pictures are looked at. */
export interface PicturePredictorOptions {
  /** Path of a model file, `face-api`, or a loaded classifier, which is disposed; default the project's own model. */
  readonly model?: string | Classifier;
  /** The probability below which the answer is `unsure`, 0 to 1, default {@link DEFAULT_ABSTENTION}. */
  readonly abstainBelow?: number;
  /** Whether each picture is a cropped face, which no detector has to find; default false. */
  readonly cropped?: boolean;
  /**
   * `all` faces of a picture, or the `largest` as preprocessing finds it, which takes a fraction of the time; default
   * `all`. The model face-api always sees what that package finds.
   */
  readonly faces?: WantedFaces;
}

/** Finds faces and names their expressions. */
export interface PicturePredictor {
  readonly classifier: Classifier;
  /** The probability below which an answer is `unsure`. */
  readonly abstainBelow: number;
  /**
   * Looks at one picture, by itself: answers do not depend on which others are asked for.
   * @param source what the picture is called in the result
   */
  predict(image: RgbImage, source: string): Promise<PicturePrediction>;
  /**
   * Looks at several pictures, in less time than one by one.
   * @returns for each, in order, what {@link PicturePredictor.predict} says of it
   */
  predictAll(pictures: readonly NamedImage[]): Promise<PicturePrediction[]>;
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
 * @returns the caller disposes it
 * @throws RangeError for a threshold out of range, or a model that cannot be read
 */
export async function loadPicturePredictor(options: PicturePredictorOptions = {}): Promise<PicturePredictor> {
  const { model, abstainBelow = DEFAULT_ABSTENTION, cropped = false, faces = 'all' } = options;
  if (!(abstainBelow >= 0 && abstainBelow <= 1))
    throw new RangeError(`Expected a number between 0 and 1 for abstainBelow but received ${abstainBelow}`);
  await startEngine();
  const classifier = typeof model === 'object' ? model : await loadClassifier(model);
  const finder = await loadFaceFinder(cropped ? 'cropped' : faces);
  const { marginPx, faceSizePx, seesFace: wholeFace } = classifier;
  const settings = { marginPx, faceSizePx, wholeFace, cropped };
  const predictAll = async (pictures: readonly NamedImage[], find = finder.find) => {
    const images = pictures.map(({ image }) => image);
    const found = await classifyFaces(classifier, images, { ...settings, find });
    return pictures.map(({ image: { width, height }, source }, index) => ({
      source,
      width,
      height,
      faces: found[index].map((face) => toPrediction(face, abstainBelow)),
    }));
  };
  return {
    classifier,
    abstainBelow,
    predict: async (image, source) => (await predictAll([{ image, source }]))[0],
    predictAll: (pictures) => predictAll(pictures),
    follow: (source) => {
      const next = finder.follow?.();
      if (!next) return async (image) => (await predictAll([{ image, source }]))[0];
      return async (image, seconds) =>
        (await predictAll([{ image, source }], async () => [await next(image, seconds)]))[0];
    },
    dispose: () => [classifier, finder].forEach((part) => part.dispose()),
  };
}

type ClassifiedFace = FaceWithBlocks & { readonly probabilities: Float32Array };

/** A face whose eyes or mouth lie outside of the image is left out. */
async function classifyFaces(
  classifier: Classifier,
  images: readonly RgbImage[],
  settings: FindAndCutSettings,
): Promise<ClassifiedFace[][]> {
  const { recognize } = classifier;
  if (recognize && !settings.cropped) {
    const all: ClassifiedFace[][] = [];
    for (const image of images)
      all.push(cutFaces(image, await recognize(image), settings).filter(hasBlocks<ClassifiedFace>));
    return all;
  }
  const seen = (await findAndCutFaces(images, settings)).map((faces) =>
    faces.filter(hasBlocks<FaceWithBlocks>),
  );
  const values = await classifier.classify(
    seen.flatMap((faces, index) => faces.map((face) => ({ ...face, image: images[index] }))),
  );
  let row = 0;
  const next = () => values.subarray(EMOTIONS.length * row, EMOTIONS.length * ++row);
  return seen.map((faces) => faces.map((face) => ({ ...face, probabilities: next() })));
}

function toPrediction(face: ClassifiedFace, abstainBelow: number): FacePrediction {
  const { detector, score, box, landmarks, eyesBox, mouthBox, eyes, mouth, probabilities } = face;
  const answer = answerOf(probabilities, abstainBelow);
  return { ...answer, detector, score, box, landmarks, eyesBox, mouthBox, eyes, mouth };
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
