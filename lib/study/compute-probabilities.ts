import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { projectRoot } from '../files/project';
import { findArchitecture } from '../model/architectures';
import { decodeModel } from '../model/files/model-file';
import { countParameters, type Network } from '../model/networks/network';
import { inputSource, type InputName } from '../model/training/data';
import { predict } from '../model/training/evaluate';

/** Faces of the validation and test set, as positions in a block set. */
export type SetFaces = Readonly<Record<'validation' | 'test', readonly number[]>>;

/** Probabilities of the faces of the validation and test set, [n, 7] each. */
type SetProbabilities = Readonly<Record<'validation' | 'test', Float32Array>>;

/** Computes a network's probabilities of the faces of the validation and test set. */
export async function computeProbabilities(
  network: Network,
  inputs: readonly InputName[],
  blocks: BlockSet,
  { validation, test }: SetFaces,
): Promise<SetProbabilities> {
  const ask = async (faces: readonly number[]) =>
    (await predict(network, inputSource(blocks, faces, inputs))).probabilities;
  return { validation: await ask(validation), test: await ask(test) };
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
): Promise<SetProbabilities & { readonly temperature: number; readonly parameters: number }> {
  const bytes = fs.readFileSync(path.join(projectRoot(), file));
  const { architecture, network, temperature } = decodeModel(bytes, file);
  try {
    const { inputs } = findArchitecture(architecture);
    const answers = await computeProbabilities(network, inputs, blocks, faces);
    return { ...answers, temperature, parameters: countParameters(network) };
  } finally {
    network.dispose();
  }
}

/**
 * Predicts the class frequencies of the training set for every face.
 * @param labels label ids of the training set
 */
export function predictFrequencies(
  labels: ArrayLike<number>,
  { validation, test }: SetFaces,
): SetProbabilities {
  const shares = new Float32Array(EMOTIONS.length);
  for (const label of Array.from(labels)) shares[label] += 1 / labels.length;
  const repeat = (faces: readonly number[]) => Float32Array.from(faces.flatMap(() => [...shares]));
  return { validation: repeat(validation), test: repeat(test) };
}
