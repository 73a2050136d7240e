import type { Command } from 'commander';
import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { findTarget, saveWhole } from '../files/whole-file';
import { numberBetween } from './number';
import { print } from './terminal';

interface ImportFlags {
  readonly output: string;
  readonly margin: number;
  readonly faceSize: number;
}

/** Defines `import`. */
export function define(command: Command): void {
  command
    .argument('<state-dict>', "safetensors file with the original's names")
    .requiredOption('-o, --output <file>', 'model file to write')
    .option('--margin <pixels>', 'margin around each box in its training', numberBetween(0, 1000), 10)
    .option(
      '--face-size <pixels>',
      'longer side of the faces in its training',
      numberBetween(1, 100_000),
      150,
    )
    .action(importModel);
}

async function importModel(stateDict: string, { output, margin, faceSize }: ImportFlags): Promise<void> {
  findTarget(output, '--output');
  const { decodeOriginal } = await import('../model/files/export-pytorch');
  const { encodeModel } = await import('../model/files/model-file');
  const { readModelFile } = await import('../predict/model');
  const { startEngine } = await import('../tensor/backend');
  await startEngine();
  const network = decodeOriginal(await readModelFile(stateDict));
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
}
