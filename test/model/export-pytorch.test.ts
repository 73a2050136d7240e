import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { projectRoot } from '../../lib/engine/project';
import { buildCombined } from '../../lib/model/combined';
import { decodeOriginal, encodeForPyTorch } from '../../lib/model/export-pytorch';
import { saveState, type Network } from '../../lib/model/network';
import { decodeSafetensors, encodeSafetensors } from '../../lib/model/safetensors';
import { buildTerGat } from '../../lib/model/tergat';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';
import { forwardInPyTorchLayout } from './pytorch-forward';

const LARGEST_DIFFERENCE = 1e-4;
const SAMPLES = 2;
const AREA = 32 * 32;

/** A Python that has torch: the bench's, or the one that TORCH_PYTHON names. */
const python = process.env.TORCH_PYTHON ?? path.join(projectRoot(), '.bench', 'venv', 'bin', 'python');

function drawBlocks(): Float32Array[] {
  const random = createRandom(5, 'export');
  return [0, 1].map(() => Float32Array.from({ length: SAMPLES * AREA }, () => random.uniform(0, 2)));
}

async function logitsOf(network: Network, [eyes, mouth]: readonly Float32Array[]): Promise<number[]> {
  const inputs = [eyes, mouth].map((values) => tf.tensor4d(values, [SAMPLES, 32, 32, 1]));
  const output = network.forward(inputs, { training: false });
  const values = Array.from(await output.data());
  tf.dispose([output, ...inputs]);
  return values;
}

const largestDifference = (first: readonly number[], second: readonly number[]) =>
  Math.max(...first.map((value, index) => Math.abs(value - second[index])));

describe('encodeForPyTorch', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const blocks = drawBlocks();
  let network: Network;
  let bytes: Buffer;
  let logits: number[];

  before(async () => {
    await startFastest();
    network = buildTerGat({ seed: 4 });
    // As after training: running figures that change something.
    for (const [index, variable] of [...network.buffers.values()].entries())
      variable.assign(tf.tidy(() => tf.randomUniform(variable.shape, 0.2, 0.9, 'float32', index)));
    bytes = Buffer.concat([...encodeForPyTorch(network)]);
    logits = await logitsOf(network, blocks);
  });
  after(() => network.dispose());

  it("writes TerGat so that plain loops in PyTorch's layout give the same logits within 1e-4", () => {
    const { tensors } = decodeSafetensors(bytes);
    const rows = Array.from({ length: SAMPLES }, (_, row) => {
      const [eyes, mouth] = blocks.map((values) => values.subarray(row * AREA, (row + 1) * AREA));
      return forwardInPyTorchLayout(tensors, eyes, mouth);
    });
    const difference = largestDifference(logits, rows.flat());
    assert.equal(logits.length, 7 * SAMPLES);
    assert.ok(difference < LARGEST_DIFFERENCE, `${difference}`);
  });

  const hasTorch = fs.existsSync(python);
  const title = 'writes TerGat so that PyTorch loads it and gives the same logits within 1e-4';
  (hasTorch ? it : it.skip)(hasTorch ? title : `${title} (skipped: no torch in .bench/venv)`, () => {
    const [weights, inputs] = ['weights', 'inputs'].map((name) => path.join(folder(), `${name}.safetensors`));
    fs.writeFileSync(weights, bytes);
    const tensors = ['eyes', 'mouth'].map((name, part) => ({
      ...{ name, shape: [SAMPLES, 1, 32, 32] },
      read: () => blocks[part],
    }));
    fs.writeFileSync(inputs, Buffer.concat([...encodeSafetensors(tensors)]));
    const script = path.join(projectRoot(), 'scripts', 'pytorch_logits.py');
    const answer = JSON.parse(execFileSync(python, [script, weights, inputs], { encoding: 'utf8' })) as { torch: string; logits: number[] }; // prettier-ignore
    const difference = largestDifference(logits, answer.logits);
    const file = path.join(projectRoot(), 'results', 'latest', 'pytorch.json');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify({ torch: answer.torch, maxLogitDifference: difference })}\n`);
    assert.ok(difference < LARGEST_DIFFERENCE, `${difference}`);
  });

  it('comes back by decodeOriginal, bit by bit', () => {
    const again = decodeOriginal(bytes);
    const [first, second] = [saveState(network), saveState(again)];
    for (const [name, values] of first)
      assert.ok(Buffer.from(values.buffer).equals(Buffer.from(second.get(name)!.buffer)), name);
    again.dispose();
  });

  it('writes other networks under our names, channels first before the flattened layer', () => {
    const combined = buildCombined({ seed: 1 });
    const { tensors } = decodeSafetensors(Buffer.concat([...encodeForPyTorch(combined)]));
    assert.deepEqual(tensors.get('eyes.conv2.weight')!.shape, [32, 16, 3, 3]);
    assert.deepEqual(tensors.get('eyes.norm2.running_var')!.shape, [32]);
    const turned = tensors.get('mouth.fc.weight')!;
    const own = saveState(combined).get('mouth.fc.weight')!;
    assert.deepEqual(turned.shape, [64, 768]);
    // Output 3, channel 5, row 2, column 1.
    assert.equal(turned.values[3 * 768 + (5 * 4 + 2) * 4 + 1], own[((2 * 4 + 1) * 48 + 5) * 64 + 3]);
    combined.dispose();
  });
});
