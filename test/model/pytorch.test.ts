import assert from 'node:assert/strict';
import { buildCombined } from '../../lib/model/networks/compact';
import { buildWholeFace } from '../../lib/model/networks/face-networks';
import { buildResidualBlocksAndFace } from '../../lib/model/networks/residual';
import {
  decodeOriginal,
  encodeForPyTorch,
  fromOriginalStateDict,
  toOriginalName,
} from '../../lib/model/files/pytorch';
import { loadState, saveState, type Network } from '../../lib/model/networks/network';
import { decodeSafetensors } from '../../lib/model/files/safetensors';
import { startFastest } from '../support/native';
import {
  LARGEST_DIFFERENCE,
  SAMPLES,
  buildTerGatWithFigures,
  drawBlocks,
  largestDifference,
  logitsOf,
} from './export-support';
import { forwardInPyTorchLayout } from './pytorch-forward';
import { startEngine } from '../../lib/tensor/backend';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { TWIN_SIZES, chooseTensors, readTwinFixture } from './twin';

const AREA = 32 * 32;

describe('encodeForPyTorch', function () {
  this.timeout(60_000);
  const blocks = drawBlocks();
  let network: Network;
  let bytes: Buffer;
  let logits: number[];

  before(async () => {
    await startFastest();
    network = buildTerGatWithFigures();
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

  it('comes back by decodeOriginal, bit by bit', () => {
    const again = decodeOriginal(bytes, 'a.safetensors');
    const [first, second] = [saveState(network), saveState(again)];
    for (const [name, values] of first)
      assert.ok(Buffer.from(values.buffer).equals(Buffer.from(second.get(name)!.buffer)), name);
    again.dispose();
  });

  it('names the file that is no state_dict of the original', () => {
    const combined = buildCombined({ seed: 1 });
    const other = Buffer.concat([...encodeForPyTorch(combined)]);
    combined.dispose();
    const message = /^Expected the original's state_dict \(safetensors\) for b\.st: Expected /;
    for (const one of [other, Buffer.from('a text file')])
      assert.throws(() => decodeOriginal(one, 'b.st'), { name: 'RangeError', message });
  });

  it('writes other networks under our names, channels first before the flattened layer', () => {
    const combined = buildCombined({ seed: 1 });
    const { tensors } = decodeSafetensors(Buffer.concat([...encodeForPyTorch(combined)]));
    assert.deepEqual(tensors.get('eyes.conv2.weight')!.shape, [32, 24, 3, 3]);
    assert.deepEqual(tensors.get('eyes.norm2.running_var')!.shape, [32]);
    const turned = tensors.get('mouth.fc.weight')!;
    const own = saveState(combined).get('mouth.fc.weight')!;
    assert.deepEqual(turned.shape, [64, 768]);
    // Output 3, channel 5, row 2, column 1.
    assert.equal(turned.values[3 * 768 + (5 * 4 + 2) * 4 + 1], own[((2 * 4 + 1) * 48 + 5) * 64 + 3]);
    combined.dispose();
  });

  it('puts the channels first for a map of another size too', () => {
    const face = buildWholeFace({ seed: 1 });
    const { tensors } = decodeSafetensors(Buffer.concat([...encodeForPyTorch(face)]));
    const own = saveState(face).get('face.fc.weight')!;
    // Output 3, channel 5, row 2, column 1 of a map of 6 x 6 points with 48 channels.
    const turned = tensors.get('face.fc.weight')!.values[3 * 1728 + (5 * 6 + 2) * 6 + 1];
    assert.equal(turned, own[((2 * 6 + 1) * 48 + 5) * 70 + 3]);
    face.dispose();
  });

  it('puts the channels first in each of the maps that the last layer of a Residual network takes', () => {
    const residual = buildResidualBlocksAndFace({ seed: 1 });
    const { tensors } = decodeSafetensors(Buffer.concat([...encodeForPyTorch(residual)]));
    const own = saveState(residual).get('head.fc.weight')!;
    const turned = tensors.get('head.fc.weight')!;
    // Both blocks have a map of 2 x 2 points with 40 channels, the face one of 3 x 3 points with 64 channels.
    assert.deepEqual(turned.shape, [7, 160 + 160 + 576]);
    // Output 3, channel 5: row 1, column 0 of the mouth's map, and row 2, column 1 of the face's.
    assert.equal(turned.values[3 * 896 + 160 + (5 * 2 + 1) * 2], own[(160 + 2 * 40 + 5) * 7 + 3]);
    assert.equal(
      turned.values[3 * 896 + 320 + (5 * 3 + 2) * 3 + 1],
      own[(320 + (2 * 3 + 1) * 64 + 5) * 7 + 3],
    );
    residual.dispose();
  });
});

describe("PyTorch's layout", () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it("defect 2: reads the original's `lower` as the mouth's branch and its `upper` as the eyes'", () => {
    assert.equal(toOriginalName('mouth.conv2.weight'), 'lower_conv_layer.3.weight');
    assert.equal(toOriginalName('eyes.norm1.variance'), 'upper_conv_layer.1.running_var');
    assert.equal(toOriginalName('head.fc3.bias'), 'final_fc.6.bias');
    assert.throws(
      () => toOriginalName('nose.fc1.bias'),
      /weight of TerGat for name but received nose.fc1.bias/,
    );
  });

  it('reads and writes the whole state_dict', () => {
    const network = buildTerGat({ seed: 1, sizes: TWIN_SIZES });
    const original = chooseTensors(readTwinFixture(), 'before.');
    loadState(network, fromOriginalStateDict(network, original));
    const written = decodeSafetensors(Buffer.concat([...encodeForPyTorch(network)])).tensors;
    assert.deepEqual(new Map([...written].sort()), new Map([...original].sort()));
    original.set('final_fc.3.bias', { shape: [2], values: new Float32Array(2) });
    assert.throws(
      () => fromOriginalStateDict(network, original),
      /shape \[16\] for final_fc.3.bias but received \[2\]/,
    );
    original.delete('final_fc.3.bias');
    assert.throws(() => fromOriginalStateDict(network, original), /tensor for final_fc.3.bias/);
    network.dispose();
  });
});
