import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../lib/tensor/backend';
import { loadState } from '../../lib/model/networks/network';
import { decodeSafetensors } from '../../lib/model/files/safetensors';
import {
  encodeForPyTorch,
  fromOriginalStateDict,
  fromPyTorchLayout,
  toOriginalName,
  toPyTorchLayout,
} from '../../lib/model/files/pytorch';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { chooseTensors, readTwinFixture, TWIN_SIZES } from './twin';

const countUp = (shape: number[]) => ({
  shape,
  values: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i),
});

describe("PyTorch's layout", () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('transposes matrices and convolutions, and leaves vectors', () => {
    assert.deepEqual([...fromPyTorchLayout(countUp([2, 3])).values], [0, 3, 1, 4, 2, 5]);
    const filter = fromPyTorchLayout(countUp([2, 1, 1, 3])); // [out, in, height, width]
    assert.deepEqual(filter, { shape: [1, 3, 1, 2], values: Float32Array.of(0, 3, 1, 4, 2, 5) });
    assert.deepEqual([...fromPyTorchLayout(countUp([4])).values], [0, 1, 2, 3]);
  });

  it('puts the channels of a flattened feature map last', () => {
    const matrix = countUp([1, 4]); // one output of two channels of 1 x 2
    const turned = fromPyTorchLayout(matrix, 2);
    assert.deepEqual(turned, { shape: [4, 1], values: Float32Array.of(0, 2, 1, 3) });
  });

  it('comes back from ours unchanged', () => {
    const channels = 4;
    for (const [parameter, flattened] of [
      [countUp([5, 24]), channels],
      [countUp([5, 24])],
      [countUp([2, 3, 4, 5])],
    ] as const) {
      assert.deepEqual(toPyTorchLayout(fromPyTorchLayout(parameter, flattened), flattened), parameter);
    }
  });

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
    original.delete('final_fc.6.bias');
    assert.throws(() => fromOriginalStateDict(network, original), /tensor for final_fc.6.bias/);
    network.dispose();
  });
});
