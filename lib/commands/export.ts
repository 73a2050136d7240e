import fs from 'node:fs/promises';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { projectRoot } from '../engine/project';
import { startEngine } from '../engine/tensorflow';
import { createFileStore } from '../model/checkpoint-files';
import { decodeOriginal, encodeForPyTorch } from '../model/export-pytorch';
import { decodeModel, encodeModel } from '../model/model-file';
import { DEFAULT_MODEL, readModelFile } from '../predict/model';

/**
 * Writes a model's weights for PyTorch.
 * @param options.model path of a model file; default the project's own
 * @throws RangeError when the model cannot be read
 */
export async function runExport(options: {
  readonly model?: string;
  readonly output: string;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { output, print } = options;
  await startEngine();
  const file = options.model ?? path.join(projectRoot(), DEFAULT_MODEL);
  const { network } = decodeModel(await readModelFile(file), file);
  try {
    await writeWhole(output, encodeForPyTorch(network));
    print(`${output}: ${network.name} with PyTorch's names and layouts, for safetensors.torch.load_file`);
  } finally {
    network.dispose();
  }
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
  await startEngine();
  const network = decodeOriginal(await readModelFile(stateDict));
  try {
    const facts = { architecture: network.name, labels: EMOTIONS, marginPx, faceSizePx, temperature: 1 };
    const description = `Imported from ${path.basename(stateDict)}, trained elsewhere`;
    // Nothing is known of the data: a hash of zeros stands for that.
    await writeWhole(output, encodeModel(network, { ...facts, trainingData: '0'.repeat(64), description }));
    print(`${output}: TerGat, read from ${stateDict}`);
  } finally {
    network.dispose();
  }
}

async function writeWhole(file: string, parts: Iterable<Uint8Array>): Promise<void> {
  const folder = path.dirname(path.resolve(file));
  await fs.mkdir(folder, { recursive: true });
  await createFileStore(folder).write(path.basename(file), parts);
}
