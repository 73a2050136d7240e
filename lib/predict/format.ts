import { toCsv } from '../core/csv';
import { EMOTIONS } from '../core/emotions';
import { ASSUMED } from '../faces/detector/detected-face';
import type { PlainPicture } from './plain';
import { isUnread, type FacePrediction, type PicturePrediction, type UnreadPicture } from './predictor';

/** How predictions are written. */
export const PREDICTION_FORMATS = ['text', 'json', 'csv'] as const;

/** One of {@link PREDICTION_FORMATS}. */
export type PredictionFormat = (typeof PREDICTION_FORMATS)[number];

type Result = PicturePrediction | UnreadPicture;

/** Writes predictions one by one; the parts together are the whole document, also when it ends early. */
export interface PredictionWriter {
  /** What comes before the first result. */
  readonly start: string;
  /** Writes a result; `index` counts from 0. */
  write(result: Result, index: number): string;
  /** What comes after the last one. */
  end(count: number): string;
}

/**
 * Makes a writer: `json` is an array with one line a picture, `csv` has a row a face (RFC 4180), `text` a line a face.
 */
export function predictionWriter(format: PredictionFormat): PredictionWriter {
  return { json: JSON_WRITER, csv: CSV_WRITER, text: TEXT_WRITER }[format];
}

/** Writes a name on one line and without what would steer a terminal: such characters as JSON has them. */
export function toOneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Says that more than the picture that was looked at is in a file; undefined when there is not. */
export function describeFrames({ source, frames }: PicturePrediction): string | undefined {
  return frames === undefined
    ? undefined
    : `${toOneLine(source)}: the first of ${frames} frames or pages was looked at, the others were not`;
}

/** Writes an answer with its probability, such as `joy 93 %` or `unsure (fear 41 %)`. */
export function formatAnswer({ answer, likeliest, confidence }: FacePrediction): string {
  const guess = `${likeliest} ${Math.round(100 * confidence)} %`;
  return answer === 'unsure' ? `unsure (${guess})` : guess;
}

const JSON_WRITER: PredictionWriter = {
  start: '[',
  write: (result, index) =>
    `${index > 0 ? ',' : ''}\n${JSON.stringify(isUnread(result) ? result : toPlain(result))}`,
  end: () => '\n]\n',
};

const BOX = ['x', 'y', 'width', 'height'] as const;

const COLUMNS = [
  ...['source', 'seconds', 'face', 'answer', 'likeliest', 'confidence'],
  ...EMOTIONS.map((emotion) => `p_${emotion}`),
  ...BOX,
  ...['detector', 'score', 'problem'],
];

const CSV_WRITER: PredictionWriter = {
  start: toCsv([COLUMNS]),
  write: (result) => toCsv(toRows(result)),
  end: () => '',
};

const TEXT_WRITER: PredictionWriter = {
  start: '',
  write: (result) => (isUnread(result) ? '' : toText(result)),
  end: () => '',
};

function toText({ source, seconds, faces }: PicturePrediction): string {
  const name = toOneLine(source);
  const where = seconds === undefined ? name : `${name} at ${seconds.toFixed(3)} s`;
  if (faces.length === 0) return `${where}: no face\n`;
  const lines = faces.map((face, index) => {
    const { x, y, width, height } = face.box;
    const [left, top, across, down] = [x, y, width, height].map(Math.round);
    const number =
      faces.length > 1 ? ` (face ${index + 1} of ${faces.length}, ${across}x${down} at ${left},${top})` : '';
    const guessed = face.detector === ASSUMED ? ' (landmarks assumed)' : '';
    return `${where}: ${formatAnswer(face)}${number}${guessed}\n`;
  });
  return lines.join('');
}

/** Turns a prediction into what JSON has: no typed arrays, rounded numbers. */
export function toPlain({ faces, ...picture }: PicturePrediction): PlainPicture {
  return {
    ...picture,
    faces: faces.map((face) => ({
      answer: face.answer,
      likeliest: face.likeliest,
      confidence: round(face.confidence, 5),
      probabilities: roundAll(face.probabilities, 5),
      box: roundAll({ x: face.box.x, y: face.box.y, width: face.box.width, height: face.box.height }, 1),
      detector: face.detector,
      score: round(face.score, 4),
      eyesBox: face.eyesBox,
      mouthBox: face.mouthBox,
      landmarks: Array.from(face.landmarks, (value) => round(value, 1)),
    })),
  };
}

function toRows(result: Result): string[][] {
  const blanks = COLUMNS.length - 4;
  if (isUnread(result)) return [[result.source, '', '', ...Array<string>(blanks).fill(''), result.reason]];
  const { source, seconds, faces } = result;
  const at = seconds === undefined ? '' : String(seconds);
  if (faces.length === 0) return [[source, at, '', ...Array<string>(blanks).fill(''), 'no face']];
  return faces.map((face, index) => [
    ...[source, at, String(index + 1), face.answer, face.likeliest, face.confidence.toFixed(5)],
    ...EMOTIONS.map((emotion) => face.probabilities[emotion].toFixed(5)),
    ...BOX.map((side) => face.box[side].toFixed(1)),
    ...[face.detector, face.score.toFixed(4), ''],
  ]);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

function roundAll<Name extends string>(values: Readonly<Record<Name, number>>, digits: number) {
  const rounded = Object.entries<number>(values).map(([name, value]) => [name, round(value, digits)]);
  return Object.fromEntries(rounded) as Record<Name, number>;
}
