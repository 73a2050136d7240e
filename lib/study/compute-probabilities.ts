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
