import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { homePath, projectRoot } from '../../lib/files/project';
import { encodeForPyTorch } from '../../lib/model/files/pytorch';
import { encodeSafetensors } from '../../lib/model/files/safetensors';
import {
  LARGEST_DIFFERENCE,
  SAMPLES,
  buildTerGatWithFigures,
  drawBlocks,
  largestDifference,
  logitsOf,
} from '../model/export-support';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';

/** A Python that has torch: the bench's, or the one that TORCH_PYTHON names. */
const python = process.env.TORCH_PYTHON ?? homePath('.bench', 'venv', 'bin', 'python');

describe('TerGat in PyTorch', function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  before(() => startFastest());

  it('is loaded from our file and gives the same logits within 1e-4', async () => {
    assert.ok(fs.existsSync(python), `Expected torch in ${python} (npm run bench -- --install-peers)`);
    const [network, blocks] = [buildTerGatWithFigures(), drawBlocks()];
    const [weights, inputs] = ['weights', 'inputs'].map((name) => path.join(folder(), `${name}.safetensors`));
    fs.writeFileSync(weights, Buffer.concat([...encodeForPyTorch(network)]));
    const tensors = ['eyes', 'mouth'].map((name, part) => ({
      name,
      shape: [SAMPLES, 1, 32, 32],
      read: () => blocks[part],
    }));
    fs.writeFileSync(inputs, Buffer.concat([...encodeSafetensors(tensors)]));
    const script = path.join(projectRoot(), 'scripts', 'pytorch_logits.py');
    const answer = JSON.parse(execFileSync(python, [script, weights, inputs], { encoding: 'utf8' })) as {
      torch: string;
      logits: number[];
    };
    const difference = largestDifference(await logitsOf(network, blocks), answer.logits);
    network.dispose();
    const file = homePath('results', 'latest', 'pytorch.json');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify({ torch: answer.torch, maxLogitDifference: difference })}\n`);
    assert.ok(difference < LARGEST_DIFFERENCE, `${difference}`);
  });
});
