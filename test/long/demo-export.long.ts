import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { projectRoot } from '../../lib/files/project';
import { encodeForTfjs } from '../../lib/model/files/export-tfjs';
import { decodeModel } from '../../lib/model/files/model-file';
import { DEFAULT_MODEL } from '../../lib/predict/classifier';
import { largestDifference } from '../model/export-support';
import { launchChromium } from '../support/chromium';
import { startFastest } from '../support/native';
import { serveFiles } from '../support/serve';

/** WebGL's arithmetic is coarser than a processor's. */
const LARGEST_DIFFERENCE = { cpu: 1e-4, webgl: 1e-2 } as const;

const SHAPES = { eyes: [3, 32, 32, 1], mouth: [3, 32, 32, 1], face: [3, 48, 48, 1] } as const;

/** Makes the same numbers here and in the browser, from 0 to 2. */
const drawValues = (length: number, step: number) =>
  Array.from({ length }, (_, index) => ((index * step) % 256) / 127.5);

const inBrowser = `async (backend) => {
  if (!(await tf.setBackend(backend))) throw new Error('no ' + backend);
  const model = await tf.loadGraphModel('/model.json');
  const shapes = ${JSON.stringify(SHAPES)};
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape], index) =>
    [name, tf.tensor((${drawValues})(tf.util.sizeFromShape(shape), 37 + index), shape)]));
  return [...await model.predict(inputs).logits.data()];
}`;

describe('an exported model in Chromium', function () {
  this.timeout(120_000);

  it("is loaded by TensorFlow.js' own script and gives the logits that it gives here", async () => {
    await startFastest();
    const model = decodeModel(fs.readFileSync(path.join(projectRoot(), DEFAULT_MODEL)), DEFAULT_MODEL);
    const inputs = Object.values(SHAPES).map((shape, index) =>
      tf.tensor(drawValues(tf.util.sizeFromShape([...shape]), 37 + index), [...shape]),
    );
    const expected = await model.network.forward(inputs, { training: false }).data();
    const files = new Map((await encodeForTfjs(model)).map(({ name, bytes }) => [`/${name}`, bytes]));
    const script = path.join(
      path.dirname(require.resolve('@tensorflow/tfjs/package.json')),
      'dist',
      'tf.min.js',
    );
    files.set('/tf.js', fs.readFileSync(script));
    files.set('/', Buffer.from('<!doctype html><script src="/tf.js"></script>'));
    const server = await serveFiles(files);
    const browser = await launchChromium(['--use-angle=swiftshader', '--enable-unsafe-swiftshader']);
    try {
      const page = await browser.newPage();
      await page.goto(`${server.address}/`);
      for (const [backend, most] of Object.entries(LARGEST_DIFFERENCE)) {
        const logits = await page.evaluate<number[]>(`(${inBrowser})('${backend}')`);
        const difference = largestDifference(logits, [...expected]);
        assert.equal(logits.length, expected.length);
        assert.ok(difference < most, `${backend}: ${difference}`);
      }
    } finally {
      await browser.close();
      server.close();
    }
  });
});
