import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import {
  expectedCalibrationError,
  fitTemperature,
  reliabilityBins,
  riskCoverage,
  scaleByTemperature,
} from '../core/calibration';
import { EMOTIONS } from '../core/emotions';
import { reliabilityChart, riskChart } from '../figures/estimate-charts';
import type { ChartFigure } from '../figures/figure';
import { projectRoot } from '../files/project';
import { findArchitecture } from '../model/architectures';
import { decodeModel } from '../model/files/model-file';
import { countParameters, type Network } from '../model/networks/network';
import { inputSource, type InputName } from '../model/training/data';
import { predict } from '../model/training/evaluate';

/** Faces of the validation and test set, as positions in a block set. */
export type SetFaces = Readonly<Record<'validation' | 'test', readonly number[]>>;

/** A model's number of parameters, and its probabilities of the faces of the validation and test set, [n, 7] each. */
export type ModelAnswers = Readonly<Record<'validation' | 'test', Float32Array>> & {
  readonly parameters: number;
};

/** Computes a network's probabilities. */
export async function computeProbabilities(
  network: Network,
  inputs: readonly InputName[],
  blocks: BlockSet,
  { validation, test }: SetFaces,
): Promise<ModelAnswers> {
  const ask = async (faces: readonly number[]) =>
    (await predict(network, inputSource(blocks, faces, inputs))).probabilities;
  const parameters = countParameters(network);
  return { parameters, validation: await ask(validation), test: await ask(test) };
}

/**
 * Computes the probabilities of a model file, without its temperature.
 * @param file path from the project's directory
 * @throws Error when the file cannot be read; RangeError when it is not a model file
 */
export async function computeFileProbabilities(
  file: string,
  blocks: BlockSet,
  faces: SetFaces,
): Promise<ModelAnswers & { readonly temperature: number }> {
  const bytes = fs.readFileSync(path.join(projectRoot(), file));
  const { architecture, network, temperature } = decodeModel(bytes, file);
  try {
    const { inputs } = findArchitecture(architecture);
    return { ...(await computeProbabilities(network, inputs, blocks, faces)), temperature };
  } finally {
    network.dispose();
  }
}

/**
 * Predicts the class frequencies of the training set for every face.
 * @param labels label ids of the training set
 */
export function predictFrequencies(labels: Uint8Array, { validation, test }: SetFaces): ModelAnswers {
  const shares = new Float32Array(EMOTIONS.length);
  for (const label of labels) shares[label] += 1 / labels.length;
  const repeat = (faces: readonly number[]) => Float32Array.from(faces.flatMap(() => [...shares]));
  return { parameters: 0, validation: repeat(validation), test: repeat(test) };
}

/** Encodes probabilities as base64 of 16-bit integers, 0 to 65535 for 0 to 1. */
export function packProbabilities(values: Float32Array): string {
  const packed = Uint16Array.from(values, (value) => Math.round(65535 * value));
  return Buffer.from(packed.buffer).toString('base64');
}

/**
 * Decodes what {@link packProbabilities} encoded.
 * @param count expected number of faces, n
 * @param name of the answers, for messages
 * @returns [n, 7]
 * @throws RangeError for another number of faces
 */
export function unpackProbabilities(text: string, count: number, name: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const expected = EMOTIONS.length * count;
  if (bytes.length !== 2 * expected)
    throw new RangeError(`Expected ${expected} probabilities for ${name} but received ${bytes.length / 2}`);
  return Float32Array.from({ length: expected }, (_, i) => bytes.readUInt16LE(2 * i) / 65535);
}

/** Answers about n faces: probabilities, [n, 7], and true label ids, [n]. */
export interface LabelledAnswers {
  readonly probabilities: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * Calibrates answers: one temperature a fold, fitted on its validation set.
 * @param binCount bins of the expected calibration errors, default 10
 * @returns the test answers of all folds before and after, their expected calibration errors, and the temperatures
 */
export function calibrateFolds(
  folds: readonly Readonly<Record<'validation' | 'test', LabelledAnswers>>[],
  binCount?: number,
) {
  const temperatures = folds.map(({ validation }) =>
    fitTemperature(validation.probabilities, validation.labels),
  );
  const join = (probabilitiesOf: (fold: number) => Float32Array): LabelledAnswers => ({
    probabilities: Float32Array.from(folds.flatMap((_, fold) => [...probabilitiesOf(fold)])),
    labels: Uint8Array.from(folds.flatMap(({ test }) => [...test.labels])),
  });
  const before = join((fold) => folds[fold].test.probabilities);
  const after = join((fold) => scaleByTemperature(folds[fold].test.probabilities, temperatures[fold]));
  const [eceBefore, eceAfter] = [before, after].map((one) => expectedCalibrationError(one, binCount));
  return { before, after, eceBefore, eceAfter, temperatures };
}

/** Charts the reliability diagram of answers before and after temperature scaling. */
export function calibrationChart(
  { before, after }: Readonly<Record<'before' | 'after', LabelledAnswers>>,
  title: string,
): ChartFigure {
  const series = { before: reliabilityBins(before), 'after one temperature': reliabilityBins(after) };
  return reliabilityChart(series, { title });
}

/** Charts risk-coverage curves. @param curves answers by the curve's name */
export function coverageChart(curves: readonly (readonly [string, LabelledAnswers])[]): ChartFigure {
  const series = curves.map(([name, answers]) => [name, riskCoverage(answers)] as const);
  return riskChart(Object.fromEntries(series), { title: 'Leaving unsure answers out' });
}
