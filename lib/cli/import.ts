import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { checkOutput, saveWhole } from '../files/write-file';
import { defineCommand, number, print, text } from './command';

/** Defines `import`. */
export const define = defineCommand({
  operands: { '<state-dict>': "safetensors file with the original's names" },
  options: {
    output: text('-o, --output <file>', 'model file to write').needed(),
    margin: number('--margin <pixels>', 'margin around each box in its training', 0, 1000).or(10),
    faceSize: number('--face-size <pixels>', 'longer side of the faces in its training', 1, 100_000).or(150),
  },
  async run({ output, margin, faceSize }, [stateDict]) {
    checkOutput(output);
    const { decodeOriginal } = await import('../model/files/pytorch');
    const { encodeModel } = await import('../model/files/model-file');
    const { readModelFile } = await import('../predict/classifier');
    const { startEngine } = await import('../tensor/backend');
    await startEngine();
    const network = decodeOriginal(await readModelFile(stateDict, 'a safetensors file'), stateDict);
    try {
      const parts = encodeModel(network, {
        architecture: network.name,
        labels: EMOTIONS,
        marginPx: margin,
        faceSizePx: faceSize,
        temperature: 1,
        // The training data are unknown.
        trainingData: '0'.repeat(64),
        description: `Imported from ${path.basename(stateDict)}, trained elsewhere`,
      });
      await saveWhole(output, parts);
      print(`${output}: TerGat, read from ${stateDict}`);
    } finally {
      network.dispose();
    }
  },
});
