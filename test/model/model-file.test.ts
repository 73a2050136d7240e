import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import { buildCompact } from '../../lib/model/networks/compact';
import { decodeModel, encodeModel, type ModelMetadata } from '../../lib/model/files/model-file';
import { saveState } from '../../lib/model/networks/network';
import { encodeSafetensors, decodeSafetensors } from '../../lib/model/files/safetensors';
import { startFastest } from '../support/native';

const FACTS: ModelMetadata = {
  architecture: 'Compact',
  labels: EMOTIONS,
  marginPx: 10,
  faceSizePx: 150.5,
  temperature: 1.25,
  trainingData: '0'.repeat(64),
  description: 'Made for a test',
};

/** Writes the file again after a change to its facts or tensors. */
function rewrite(
  bytes: Uint8Array,
  facts: Readonly<Record<string, string | undefined>>,
  change: (name: string, values: Float32Array) => Float32Array | undefined = (_, values) => values,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const entries = Object.entries({ ...Object.fromEntries(metadata), ...facts });
  const kept = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const written = [...tensors].flatMap(([name, { shape, values }]) => {
    const changed = change(name, values.slice());
    return changed ? [{ name, shape, read: () => changed }] : [];
  });
  return new Uint8Array(Buffer.concat([...encodeSafetensors(written, new Map(kept))]));
}

describe('model files', () => {
  let bytes: Uint8Array;
  before(async () => {
    await startFastest();
    const network = buildCompact({ seed: 3 });
    bytes = new Uint8Array(Buffer.concat([...encodeModel(network, FACTS)]));
    network.dispose();
  });

  it('come back with the same facts and weights, in under 2 MB', () => {
    const { network, ...facts } = decodeModel(bytes, 'a file');
    const original = buildCompact({ seed: 3 });
    assert.deepEqual(facts, FACTS);
    assert.deepEqual(saveState(network), saveState(original));
    assert.ok(bytes.length < 2_000_000, `${bytes.length} bytes`);
    [network, original].forEach((one) => one.dispose());
  });

  for (const [fact, value, message] of [
    ['architecture', 'constructor', /one of Compact, .* for architecture but received constructor/],
    ['labels', '["joy"]', /metadata's labels but received \["joy"\]/],
    ['temperature', '-1', /between 0.05 and 20 for the metadata's temperature but received -1/],
    ['temperature', 'NaN', /temperature but received NaN/],
    ['marginPx', '', /marginPx but received/],
    ['trainingData', 'abc', /a SHA-256 for the metadata's trainingData but received abc/],
    ['format', undefined, /prior-attention-model.1 for the metadata's format but received none/],
  ] as const) {
    it(`refuse ${value === undefined ? 'a missing' : `"${value}" as`} ${fact}, name the file and leave no tensor`, () => {
      const before = tf.memory().numTensors;
      assert.throws(() => decodeModel(rewrite(bytes, { [fact]: value }), 'some.file'), message);
      assert.throws(() => decodeModel(rewrite(bytes, { [fact]: value }), 'some.file'), /some\.file/);
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('refuse weights that are missing or no numbers, and leave no tensor', () => {
    const before = tf.memory().numTensors;
    const without = rewrite(bytes, {}, (name, values) => (name === 'head.fc.bias' ? undefined : values));
    assert.throws(() => decodeModel(without, 'x'), /shape \[7\] for head.fc.bias but received none/);
    const broken = rewrite(bytes, {}, (name, values) =>
      name === 'head.fc.bias' ? values.fill(NaN) : values,
    );
    assert.throws(() => decodeModel(broken, 'x'), /finite numbers for head.fc.bias but received NaN/);
    assert.equal(tf.memory().numTensors, before);
  });

  it('refuse weights of another network', () => {
    const other = rewrite(bytes, { architecture: 'TerGat' });
    assert.throws(() => decodeModel(other, 'x'), /Expected (shape|weights of TerGat)/);
  }).timeout(60_000);
});
