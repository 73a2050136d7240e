import { toCsv } from '../core/csv';
import { EMOTIONS } from '../core/emotions';
import { ASSUMED } from '../core/blocks';
import {
  type PlainPicture,
  isUnread,
  type FacePrediction,
  type PicturePrediction,
  type UnreadPicture,
} from './predictor';

type Result = PicturePrediction | UnreadPicture;

/** Escapes the control characters of a name as JSON does: line breaks, and sequences that control a terminal. */
export function toOneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Notes that only the first of several frames or pages was predicted; undefined for a single one. */
export function describeFrames({ source, frames }: PicturePrediction): string | undefined {
  return frames
    ? `${toOneLine(source)}: only the first of ${frames} frames or pages was predicted`
    : undefined;
}

/** Formats an answer with its probability, such as `joy 93 %` or `unsure (fear 41 %)`. */
export function formatAnswer({ answer, likeliest, confidence }: FacePrediction): string {
  const guess = `${likeliest} ${Math.round(100 * confidence)} %`;
  return answer === 'unsure' ? `unsure (${guess})` : guess;
}

const BOX = ['x', 'y', 'width', 'height'] as const;

const COLUMNS = [
  ...['source', 'seconds', 'face', 'answer', 'likeliest', 'confidence'],
  ...EMOTIONS.map((emotion) => `p_${emotion}`),
  ...BOX,
  ...['detector', 'score', 'problem'],
];

/**
 * Writers of predictions: `json` is an array with a line per picture, `csv` (RFC 4180) has a row per face, `text` a line per
 * face. `start`, what `write` returns of each result with its index from 0, and `end` are a document, even if it ends early.
 */
export const PREDICTION_WRITERS = {
  text: { start: '', write: (result: Result) => (isUnread(result) ? '' : toText(result)), end: '' },
  json: {
    start: '[',
    write: (result: Result, index: number) =>
      `${index > 0 ? ',' : ''}\n${JSON.stringify(isUnread(result) ? result : toPlain(result))}`,
    end: '\n]\n',
  },
  csv: { start: toCsv([COLUMNS]), write: (result: Result) => toCsv(toRows(result)), end: '' },
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

/** Converts a prediction for JSON: plain arrays, rounded numbers. */
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
  const { source } = result;
  const noFace = (at: string, problem: string) => [
    [source, at, ...Array<string>(COLUMNS.length - 3).fill(''), problem],
  ];
  if (isUnread(result)) return noFace('', result.reason);
  const at = String(result.seconds ?? '');
  if (result.faces.length === 0) return noFace(at, 'no face');
  return result.faces.map((face, index) => [
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
