import path from 'node:path';
import { expectWritable, projectRoot } from '../files/project';
import { checkOutput, saveWhole } from '../files/write-file';
import { choice, defineCommand, print, text, type ValuesOf } from './command';

const OPTIONS = {
  model: text('-m, --model <file>', "model file; default: the project's model"),
  format: choice('-f, --format <format>', 'format to write', ['pytorch', 'tfjs']).or('pytorch'),
  output: text('-o, --output <path>', 'file to write; for tfjs: folder').needed(),
};

const HELP = `pytorch   one safetensors file with PyTorch's names and layouts: convolutions [out, in, height, width], matrices
          [out, in], channels first where a map is flattened. TerGat's names are the original's.
tfjs      a folder with model.json and its weights, for tf.loadGraphModel in browsers. model.predict takes by name
            eyes       [n, 32, 32, 1]  grey levels of the eyes block / 255 / 0.5, from 0 to 2
            mouth      [n, 32, 32, 1]  grey levels of the mouth block / 255 / 0.5, from 0 to 2
            face       [n, 48, 48, 1]  for ResidualBlocksAndFace only: the whole face, scaled in the same way
            landmarks  [n, 136]        for Combined only: x, y of the 68 landmarks. The point midway between the
                                       eyes is the origin; the line from eye to eye is horizontal and has length 1.
          and returns by name logits and probabilities, both [n, 7]. userDefinedMetadata of model.json has the labels in
          their order, the temperature that the probabilities include, and the margin of the blocks.
          On WebGL, which is less precise, logits differ by a few thousandths.

Examples:
  npx . export --format tfjs --output my-page/model
  npx . export --model tergat.safetensors --output tergat-pytorch.safetensors`;

/** Defines `export`. */
export const define = defineCommand({ options: OPTIONS, help: HELP, run: exportModel });

async function exportModel({ model: file, format, output }: ValuesOf<typeof OPTIONS>): Promise<void> {
  if (format === 'tfjs') expectWritable(path.resolve(output), '--output');
  else checkOutput(output);
  const { encodeForPyTorch } = await import('../model/files/pytorch');
  const { encodeForTfjs } = await import('../model/files/export-tfjs');
  const { decodeModel } = await import('../model/files/model-file');
  const { DEFAULT_MODEL, readModelFile } = await import('../predict/classifier');
  const { startEngine } = await import('../tensor/backend');
  await startEngine();
  const source = file ?? path.join(projectRoot(), DEFAULT_MODEL);
  const model = decodeModel(await readModelFile(source), source);
  const { network } = model;
  try {
    if (format === 'pytorch') {
      await saveWhole(output, encodeForPyTorch(network));
      print(`${output}: ${network.name} with PyTorch's names and layouts, for safetensors.torch.load_file`);
      return;
    }
    // model.json comes last, so that it names only files that exist.
    for (const { name, bytes } of await encodeForTfjs(model)) await saveWhole(path.join(output, name), bytes);
    print(`${output}: ${network.name} as a graph model, for tf.loadGraphModel of its model.json`);
  } finally {
    network.dispose();
  }
}
