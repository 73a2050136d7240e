import { type CutBlocks, cutBlocks } from '../core/blocks';
import { EMOTIONS, type Emotion } from '../core/emotions';
import { type Box, intersectionOverUnion } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { startEngine } from '../tensor/backend';
import { type BadImage, isBadImage } from '../faces/picture/decode';
import { loadFaceDetector } from '../faces/detector/detect';
import type { DetectedFace, WantedFaces } from '../faces/detector/detected-face';
import { type Classifier, loadClassifier } from './classifier';

/** The likeliest expression's probability below which the answer is `unsure`. */
const DEFAULT_ABSTENTION = 0.5;

/** The prediction for one face, as `predict --format json` writes it. */
export interface PlainFace {
  /** The likeliest expression, or `unsure` when its probability is below the threshold. */
  readonly answer: Emotion | 'unsure';
  /** The likeliest expression, even below the threshold. */
  readonly likeliest: Emotion;
  /** Calibrated probability of the likeliest, 0 to 1. */
  readonly confidence: number;
  /** Calibrated; they sum to 1 up to rounding. */
  readonly probabilities: Readonly<Record<Emotion, number>>;
  /** The detector's box in pixels of the picture; it may extend beyond the picture. */
  readonly box: Box;
  /** Name of the detector. */
  readonly detector: string;
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** Eyes block in pixels of the picture. */
  readonly eyesBox: Box;
  /** Mouth block in pixels of the picture. */
  readonly mouthBox: Box;
  /** x and y of 68 landmarks in pixels of the picture, 136 numbers. */
  readonly landmarks: readonly number[];
}

/** A {@link PlainFace} with typed arrays and blocks. */
export interface FacePrediction extends Omit<PlainFace, 'detector' | 'landmarks'> {
  readonly detector: DetectedFace['detector'];
  /** [68, 2] as x and y in pixels of the picture. */
  readonly landmarks: Float32Array;
  /** Grey levels, [32, 32]. */
  readonly eyes: Uint8Array;
  readonly mouth: Uint8Array;
}

/** The prediction for one picture. */
export interface PicturePrediction<Face = FacePrediction> {
  /** The picture's path or name. */
  readonly source: string;
  /** Time of a video's frame. */
  readonly seconds?: number;
  /** Size of the picture in pixels. */
  readonly width: number;
  readonly height: number;
  /** Number of frames or pages in the file, of which only the first was predicted; undefined when there is only one. */
  readonly frames?: number;
  /** The largest first. */
  readonly faces: readonly Face[];
}

/** The prediction for one picture, as `predict --format json` writes it. */
export type PlainPicture = PicturePrediction<PlainFace>;

/** A picture that could not be read. */
export interface UnreadPicture extends BadImage {
  readonly source: string;
}

/** Checks whether a picture could not be read. */
export function isUnread(result: PicturePrediction | UnreadPicture): result is UnreadPicture {
  return isBadImage(result);
}

/** A picture with its name in the result. */
interface NamedImage {
  readonly image: RgbImage;
  readonly source: string;
}

/** Model, threshold and detection of a predictor. */
export interface PicturePredictorOptions {
  /** Path of a model file, `face-api`, or a loaded classifier, which is disposed; default the project's own model. */
  readonly model?: string | Classifier;
  /** The probability below which the answer is `unsure`, 0 to 1, default {@link DEFAULT_ABSTENTION}. */
  readonly abstainBelow?: number;
  /** Whether each picture is a cropped face, in which no face has to be detected; default false. */
  readonly cropped?: boolean;
  /**
   * `all` faces of a picture, or the `largest` as preprocessing finds it, which is much faster; default `all`. For the model
   * `face-api`, that package detects all faces.
   */
  readonly faces?: Exclude<WantedFaces, 'cropped'>;
}

/** Finds faces and predicts their expressions. */
export type PicturePredictor = Awaited<ReturnType<typeof loadPicturePredictor>>;

/**
 * Loads detectors and a classifier on the fastest backend.
 * @returns the caller disposes it
 * @throws RangeError for a threshold out of range, or a model that cannot be read
 */
export async function loadPicturePredictor(options: PicturePredictorOptions = {}) {
  const { model, abstainBelow = DEFAULT_ABSTENTION, cropped = false, faces = 'all' } = options;
  if (!(abstainBelow >= 0 && abstainBelow <= 1))
    throw new RangeError(`Expected a number between 0 and 1 for abstainBelow but received ${abstainBelow}`);
  await startEngine();
  const classifier = typeof model === 'object' ? model : await loadClassifier(model);
  const { marginPx, faceSizePx, seesFace: wholeFace, recognize } = classifier;
  const detector = recognize && !cropped ? undefined : await loadFaceDetector();
  const wanted = cropped ? 'cropped' : faces;
  const findFaces = (images: readonly RgbImage[]): Promise<FoundFace[][]> =>
    detector ? detector.find(images, wanted) : recognize!(images);
  const predictFound = async (
    pictures: readonly NamedImage[],
    find = findFaces,
  ): Promise<PicturePrediction[]> => {
    const found = await find(pictures.map(({ image }) => image));
    const cut = pictures.map(({ image }, index) =>
      found[index].flatMap((face) => {
        const blocks = cutBlocks(image, face.landmarks, { marginPx, faceSizePx, wholeFace });
        return blocks.kind === 'blocks' ? [{ ...face, ...blocks }] : [];
      }),
    );
    const unknown = cut.flatMap((all, index) =>
      all.flatMap((face) => (face.probabilities ? [] : [{ ...face, image: pictures[index].image }])),
    );
    const rows = await classifier.classify(unknown);
    let row = 0;
    const next = () => rows.subarray(EMOTIONS.length * row, EMOTIONS.length * ++row);
    return pictures.map(({ image: { width, height }, source }, index) => ({
      source,
      width,
      height,
      faces: cut[index].map((face) => toPrediction(face, face.probabilities ?? next(), abstainBelow)),
    }));
  };
  const predict = async (image: RgbImage, source: string, find?: typeof findFaces) =>
    (await predictFound([{ image, source }], find))[0];
  return {
    classifier,
    /**
     * Predicts one picture. The result does not depend on other pictures.
     * @param source name of the picture in the result
     */
    predict: (image: RgbImage, source: string) => predict(image, source),
    /** Predicts several pictures, each as `predict` does, in less time than one by one. */
    predictAll: (pictures: readonly NamedImage[]) => predictFound(pictures),
    /**
     * Starts a video.
     * @param smoothSeconds time constant of {@link createSmoother}; default: no smoothing
     * @returns predicts one frame after the other as `predict` does, but tracks the faces from frame to frame
     */
    follow: (source: string, smoothSeconds?: number) => {
      const next = wanted === 'all' ? detector?.follow() : undefined;
      const smooth = smoothSeconds && createSmoother({ seconds: smoothSeconds, abstainBelow });
      return async (image: RgbImage, seconds: number) => {
        const answer = await predict(image, source, next && (async () => [await next(image, seconds)]));
        return smooth ? { ...answer, faces: smooth(answer.faces, seconds) } : answer;
      };
    },
    /** Disposes all weights, and the classifier. */
    dispose: () => [classifier, detector].forEach((part) => part?.dispose()),
  };
}

interface FoundFace extends DetectedFace {
  /** Defined if the classifier itself found the face. */
  readonly probabilities?: Float32Array;
}

function toPrediction(
  face: DetectedFace & CutBlocks,
  probabilities: Float32Array,
  abstainBelow: number,
): FacePrediction {
  const { detector, score, box, landmarks, eyesBox, mouthBox, eyes, mouth } = face;
  const answer = answerOf(probabilities, abstainBelow);
  return { ...answer, detector, score, box, landmarks, eyesBox, mouthBox, eyes, mouth };
}

/**
 * Converts probabilities to an answer.
 * @param row in the order of {@link EMOTIONS}, [7]
 * @param abstainBelow the probability below which the answer is `unsure`
 */
function answerOf(row: Float32Array, abstainBelow: number) {
  const confidence = Math.max(...row);
  const likeliest = EMOTIONS[row.indexOf(confidence)];
  const answer: PlainFace['answer'] = confidence < abstainBelow ? 'unsure' : likeliest;
  const probabilities = Object.fromEntries(EMOTIONS.map((emotion, id) => [emotion, row[id]]));
  return { answer, likeliest, confidence, probabilities: probabilities as Record<Emotion, number> };
}

/** Minimum overlap of the boxes of a face in two successive frames. */
const SAME_FACE_OVERLAP = 0.3;

/**
 * Creates a function that smooths a video's predictions over time: the probabilities of each face are averaged exponentially with
 * its earlier ones. A face that is not in the previous frame starts again.
 * @param options.seconds time constant, after which an earlier prediction has the weight 1/e; above 0
 * @param options.abstainBelow the probability below which the answer is `unsure`
 * @returns takes the faces of each frame with its time, and returns them with smoothed predictions
 */
export function createSmoother(options: { readonly seconds: number; readonly abstainBelow: number }) {
  let before: readonly FacePrediction[] = [];
  let beforeAt = 0;
  return (faces: readonly FacePrediction[], at: number): FacePrediction[] => {
    const weight = Math.exp((beforeAt - at) / options.seconds);
    const free = new Set(before);
    const smoothed = faces.map((face) => {
      const overlap = ({ box }: FacePrediction) => intersectionOverUnion(face.box, box);
      const near = [...free].filter((other) => overlap(other) >= SAME_FACE_OVERLAP);
      const [same] = near.sort((first, second) => overlap(second) - overlap(first));
      if (!same) return face;
      free.delete(same);
      const mix = (emotion: Emotion) =>
        weight * same.probabilities[emotion] + (1 - weight) * face.probabilities[emotion];
      return { ...face, ...answerOf(Float32Array.from(EMOTIONS, mix), options.abstainBelow) };
    });
    [before, beforeAt] = [smoothed, at];
    return smoothed;
  };
}
