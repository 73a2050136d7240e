import { Command, Option } from 'commander';
import { numberBetween } from './number';
import { print } from './print';

interface ExportFlags {
  readonly model?: string;
  readonly format: 'pytorch' | 'tfjs';
  readonly output: string;
}

const HELP = `
pytorch   one safetensors file, with PyTorch's names and layouts: convolutions [out, in, height, width], matrices
          [out, in], channels first where a map is flattened; TerGat's names are the original's.
tfjs      a folder with model.json and its weights, for tf.loadGraphModel in browsers. model.predict takes, by name,
            eyes       [n, 32, 32, 1]  the eyes block's grey levels / 255 / 0.5, so 0 to 2
            mouth      [n, 32, 32, 1]  the mouth block's, in the same way
            landmarks  [n, 136]        for Combined only: x, y of the 68 landmarks; the middle between the eyes is
                                       0, the line from eye to eye is horizontal and 1 long
          and gives, by name, logits and probabilities, [n, 7]. The labels in their order, the temperature that is
          in the probabilities, and the margin that blocks are cut with are in model.json's userDefinedMetadata.
          On WebGL, whose arithmetic is coarser, logits differ by some thousandths.

Examples:
  npx . export --format tfjs --output my-page/model
  npx . export --model tergat.safetensors --output tergat-pytorch.safetensors
`;

/** `export`: a model's weights for PyTorch, or a model for browsers. */
export const exportCommand = new Command('export')
  .description('write a model for PyTorch (safetensors) or for browsers (TensorFlow.js)')
  .option('-m, --model <file>', 'model file; default: the project’s own')
  .addOption(new Option('-f, --format <format>', 'for whom').choices(['pytorch', 'tfjs']).default('pytorch'))
  .requiredOption('-o, --output <path>', 'file to write; a folder for tfjs')
  .addHelpText('after', HELP)
  .action(async (flags: ExportFlags) => {
    const { runExport } = await import('../commands/export');
    await runExport({ ...flags, print });
  });

/** `import`: the original's weights. */
export const importCommand = new Command('import')
  .description("make a model file of the original's state_dict (saved by safetensors.torch.save_file)")
  .argument('<state-dict>', 'safetensors file with the original’s names')
  .requiredOption('-o, --output <file>', 'model file to write')
  .option('--margin <pixels>', 'around each box, as in its training', numberBetween(0, 1000), 10)
  .option('--face-size <pixels>', 'longer side of the faces in its training', numberBetween(1, 100_000), 150)
  .action(async (stateDict: string, options: { output: string; margin: number; faceSize: number }) => {
    const { runImport } = await import('../commands/export');
    const { output, margin: marginPx, faceSize: faceSizePx } = options;
    await runImport({ stateDict, output, marginPx, faceSizePx, print });
  });
