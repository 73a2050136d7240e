import { Command } from 'commander';
import { numberBetween } from './number';
import { print } from './print';

/** `export`: a model's weights for PyTorch. */
export const exportCommand = new Command('export')
  .description("write a model's weights with PyTorch's names and layouts (safetensors)")
  .option('-m, --model <file>', 'model file; default: the project’s own')
  .requiredOption('-o, --output <file>', 'safetensors file to write')
  .action(async (options: { readonly model?: string; readonly output: string }) => {
    const { runExport } = await import('../commands/export');
    await runExport({ ...options, print });
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
