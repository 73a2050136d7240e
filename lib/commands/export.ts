import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { expectWritable, projectRoot } from '../files/project';
import { startEngine } from '../tensor/backend';
import { findTarget, saveWhole } from '../files/whole-file';
import { decodeOriginal, encodeForPyTorch } from '../model/files/export-pytorch';
import { encodeForTfjs } from '../model/files/export-tfjs';
import { decodeModel, encodeModel, type Model } from '../model/files/model-file';
import { DEFAULT_MODEL, readModelFile } from '../predict/model';

/** What a model can be written as: weights for PyTorch, or a graph model for browsers. */
export type ExportFormat = 'pytorch' | 'tfjs';

/**
 * Writes a model for PyTorch or for TensorFlow.js.
 * @param options.model path of a model file; default the project's own
 * @param options.output a file for PyTorch, a folder for TensorFlow.js
 * @throws RangeError when the model cannot be read
 */
export async function runExport(options: {
  readonly model?: string;
  readonly format: ExportFormat;
  readonly output: string;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { format, output, print } = options;
  if (format === 'tfjs') expectWritable(path.resolve(output), '--output');
  else findTarget(output, '--output');
  await startEngine();
  const file = options.model ?? path.join(projectRoot(), DEFAULT_MODEL);
  const model = decodeModel(await readModelFile(file), file);
  try {
    if (format === 'tfjs') await writeForTfjs(model, output);
    else await saveWhole(output, encodeForPyTorch(model.network));
    print(`${output}: ${model.network.name} ${WRITTEN[format]}`);
  } finally {
    model.network.dispose();
  }
}

const WRITTEN: Readonly<Record<ExportFormat, string>> = {
  pytorch: "with PyTorch's names and layouts, for safetensors.torch.load_file",
  tfjs: 'as a graph model, for tf.loadGraphModel of its model.json',
};

/** In their order: model.json comes last, and names only what is there. */
async function writeForTfjs(model: Model, folder: string): Promise<void> {
  for (const { name, bytes } of await encodeForTfjs(model)) await saveWhole(path.join(folder, name), bytes);
}

/**
 * Makes a model file of the original's weights.
 * @param options.stateDict the original's state_dict, saved by safetensors.torch.save_file
 * @param options.faceSizePx how large the faces were that it was trained on
 * @throws RangeError when a weight is missing or of another shape
 */
export async function runImport(options: {
  readonly stateDict: string;
  readonly output: string;
  readonly marginPx: number;
  readonly faceSizePx: number;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { stateDict, output, marginPx, faceSizePx, print } = options;
  findTarget(output, '--output');
  await startEngine();
  const network = decodeOriginal(await readModelFile(stateDict));
  try {
    const facts = { architecture: network.name, labels: EMOTIONS, marginPx, faceSizePx, temperature: 1 };
    const description = `Imported from ${path.basename(stateDict)}, trained elsewhere`;
    // Nothing is known of the data: a hash of zeros stands for that.
    await saveWhole(output, encodeModel(network, { ...facts, trainingData: '0'.repeat(64), description }));
    print(`${output}: TerGat, read from ${stateDict}`);
  } finally {
    network.dispose();
  }
}
