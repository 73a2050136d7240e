import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { startEngine } from '../../lib/tensor/backend';
import { ARCHITECTURES, findArchitecture } from '../../lib/model/architectures';
import { shapeOfInput } from '../../lib/model/training/data';
import { encodeForTfjs, traceGraph, type ExportedFile } from '../../lib/model/files/export-tfjs';
import type { Model } from '../../lib/model/files/model-file';
import { startFastest } from '../support/native';
import { serveFiles } from '../support/serve';
import { LARGEST_DIFFERENCE, largestDifference } from './export-support';

const TEMPERATURE = 1.7;

/** Makes a model as it is after training: with running figures that change something. */
function makeModel(name: string): Model {
  const network = findArchitecture(name).build({ seed: 4 });
  for (const [index, variable] of [...network.buffers.values()].entries())
    variable.assign(tf.tidy(() => tf.randomUniform(variable.shape, 0.2, 0.9, 'float32', index)));
  const facts = { marginPx: 10, faceSizePx: 150, temperature: TEMPERATURE, trainingData: '0'.repeat(64) };
  return { ...facts, network, architecture: name, labels: EMOTIONS, description: 'a test' };
}

function drawInputs(name: string, samples: number): Record<string, tf.Tensor> {
  const random = createRandom(5, name, samples);
  const draw = (shape: number[], least: number, most: number) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform(least, most)),
      shape,
    );
  const { inputs } = findArchitecture(name);
  return Object.fromEntries(inputs.map((input) => [input, draw([samples, ...shapeOfInput(input)], 0, 2)]));
}

/** Loads a model by HTTP, as browsers do. */
async function loadByHttp(files: readonly ExportedFile[]): Promise<tf.GraphModel> {
  const server = await serveFiles(new Map(files.map(({ name, bytes }) => [`/${name}`, bytes])));
  try {
    return await tf.loadGraphModel(`${server.address}/model.json`);
  } finally {
    server.close();
  }
}

describe('encodeForTfjs', function () {
  this.timeout(60_000);
  beforeEach(startFastest);

  for (const { name } of ARCHITECTURES)
    it(`writes ${name} so that tf.loadGraphModel gives the same logits within 1e-4, for any number of samples`, async () => {
      const model = makeModel(name);
      const backend = tf.getBackend();
      const files = await encodeForTfjs(model);
      assert.equal(tf.getBackend(), backend);
      const loaded = await loadByHttp(files);
      for (const samples of [1, 3]) {
        const inputs = drawInputs(name, samples);
        const expected = model.network.forward(Object.values(inputs), { training: false });
        const calibrated = tf.softmax(expected.div(TEMPERATURE));
        const answer = loaded.predict(inputs) as Record<string, tf.Tensor>;
        assert.deepEqual(answer.logits.shape, [samples, EMOTIONS.length]);
        assert.ok((await difference(answer.logits, expected)) < LARGEST_DIFFERENCE);
        assert.ok((await difference(answer.probabilities, calibrated)) < LARGEST_DIFFERENCE);
      }
      loaded.dispose();
      model.network.dispose();
    });

  it('is read on WebAssembly too, which browsers have', async () => {
    const model = makeModel('Compact');
    const inputs = drawInputs('Compact', 2);
    const expected = await model.network.forward(Object.values(inputs), { training: false }).data();
    const files = await encodeForTfjs(model);
    await startEngine({ backend: 'wasm' });
    const loaded = await loadByHttp(files);
    const again = drawInputs('Compact', 2);
    const { logits } = loaded.predict(again) as Record<string, tf.Tensor>;
    assert.ok(largestDifference([...(await logits.data())], [...expected]) < LARGEST_DIFFERENCE);
    loaded.dispose();
    model.network.dispose();
  });

  it('describes inputs, outputs and the labels in order in model.json', async () => {
    const model = makeModel('Combined');
    const files = await encodeForTfjs(model);
    const json = JSON.parse(new TextDecoder().decode(files.at(-1)!.bytes)) as {
      signature: { inputs: Record<string, { tensorShape: { dim: { size: string }[] } }> };
      userDefinedMetadata: Record<string, unknown>;
    };
    const shapes = Object.entries(json.signature.inputs).map(([input, { tensorShape }]) => [
      input,
      tensorShape.dim.map(({ size }) => Number(size)),
    ]);
    assert.deepEqual(shapes, [
      ['eyes', [-1, 32, 32, 1]],
      ['mouth', [-1, 32, 32, 1]],
      ['landmarks', [-1, 136]],
    ]);
    const { labels, inputs, temperature, marginPx } = json.userDefinedMetadata;
    assert.deepEqual([labels, temperature, marginPx], [[...EMOTIONS], TEMPERATURE, 10]);
    assert.deepEqual(Object.keys(inputs as object), ['eyes', 'mouth', 'landmarks']);
    model.network.dispose();
  });

  it('keeps no tensor', async () => {
    const model = makeModel('Compact');
    const before = tf.memory().numTensors;
    await encodeForTfjs(model);
    assert.equal(tf.memory().numTensors, before);
    model.network.dispose();
  });
});

describe('traceGraph', () => {
  before(startFastest);
  const inputs = { x: [4] };
  const weights = new Map<string, tf.Tensor>();

  it('refuses what it cannot write, and what fits one number of samples only', async () => {
    const backend = tf.getBackend();
    const cosine = traceGraph({ inputs, weights, compute: ([x]) => ({ y: tf.cos(x) }) });
    await assert.rejects(cosine, /Kernel 'Cos' not registered for backend 'graph-trace'/);
    const fixed = traceGraph({ inputs, weights, compute: ([x]) => ({ y: x.reshape([2, -1, x.shape[0]]) }) });
    await assert.rejects(fixed, /Expected any number of samples for Reshape_1 but received a fixed one/);
    const stray = tf.tensor1d([1, 2, 3, 4]);
    const foreign = traceGraph({ inputs, weights, compute: ([x]) => ({ y: x.add(stray) }) });
    await assert.rejects(foreign, /received a tensor \[4\] of another origin/);
    stray.dispose();
    assert.equal(tf.getBackend(), backend);
  });
});

async function difference(first: tf.Tensor, second: tf.Tensor): Promise<number> {
  const [a, b] = await Promise.all([first.data(), second.data()]);
  return largestDifference([...a], [...b]);
}
