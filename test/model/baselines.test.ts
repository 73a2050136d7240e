import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import type { BlockSet } from '../../lib/core/blocks';
import { emotionId } from '../../lib/core/emotions';
import { Adam } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { buildBoxesNetwork, predictNearest } from '../../lib/model/networks/baselines';
import { blockSource, inputSource } from '../../lib/model/training/data';
import { train } from '../../lib/model/training/train';
import { drawPixels, makeBlockSet, makeRecords } from '../support/blocks';
import { describeNative } from '../support/native';

/** Random pixels; the boxes tell the label: the mouth stands the lower the larger the label id. */
function buildBlocks(size: number): BlockSet {
  const records = makeRecords(size);
  const boxes = (row: (label: number) => number[]) =>
    Float32Array.from(records.flatMap(({ emotion }) => row(emotionId(emotion))));
  return makeBlockSet(records, {
    eyes: drawPixels(size, 'eyes'),
    mouth: drawPixels(size, 'mouth'),
    eyesBoxes: boxes(() => [20, 40, 60, 30]),
    mouthBoxes: boxes((label) => [30, 60 + 15 * label, 50, 20]),
    imageSizes: boxes(() => [100, 200]),
  });
}

const BLOCKS = buildBlocks(70);

function describeNearest(): void {
  it('finds for each block pair itself, and its label', async () => {
    const source = blockSource(BLOCKS);
    const { labels, positions, distances } = await predictNearest({ train: source, test: source });
    assert.deepEqual(labels, source.labels);
    assert.deepEqual([...positions], [...source.labels.keys()]);
    assert.ok(distances.every((distance) => distance < 0.01));
  });

  it('agrees with distances taken one by one', async () => {
    const [known, asked] = [
      [3, 50, 7, 21, 9],
      [0, 1, 2, 69],
    ];
    const { positions } = await predictNearest({
      train: blockSource(BLOCKS, known),
      test: blockSource(BLOCKS, asked),
    });
    const distance = (first: number, second: number) => {
      let sum = 0;
      for (let i = 0; i < 1024; i++) {
        sum += (BLOCKS.eyes[1024 * first + i] - BLOCKS.eyes[1024 * second + i]) ** 2;
        sum += (BLOCKS.mouth[1024 * first + i] - BLOCKS.mouth[1024 * second + i]) ** 2;
      }
      return sum;
    };
    asked.forEach((face, row) => {
      const nearest = known.map((other) => distance(face, other));
      assert.equal(positions[row], nearest.indexOf(Math.min(...nearest)));
    });
  });
}

describe('sources', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('gives blocks as x / 255 / 0.5, the eyes first, and their labels', () => {
    const source = blockSource(BLOCKS, [5, 9]);
    const [eyes, mouth] = source.batch([1, 0]);
    assert.deepEqual(eyes.shape, [2, 32, 32, 1]);
    assert.deepEqual([...source.labels], [5, 2]);
    assert.equal(eyes.dataSync()[3], Math.fround(BLOCKS.eyes[9 * 1024 + 3] / 255 / 0.5));
    assert.equal(mouth.dataSync()[1024], Math.fround(BLOCKS.mouth[5 * 1024] / 255 / 0.5));
    tf.dispose([eyes, mouth]);
  });

  it("gives boxes in parts of the image's sides", () => {
    const [boxes] = inputSource(BLOCKS, [2], ['boxes']).batch([0]);
    const expected = [0.2, 0.2, 0.6, 0.15, 0.3, 0.45, 0.5, 0.1];
    assert.deepEqual([...boxes.dataSync()], expected.map(Math.fround));
    boxes.dispose();
  });

  it('refuses the index of a face that does not exist', () => {
    assert.throws(() => blockSource(BLOCKS, [70]), /between 0 and 69 for indices but received 70/);
  });
});

describe('baselines', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));
  describeNearest();

  it('refuses an empty training set', async () => {
    const source = blockSource(BLOCKS);
    await assert.rejects(
      predictNearest({ train: blockSource(BLOCKS, []), test: source }),
      /at least 1 sample/,
    );
  });

  it('learns from the boxes alone, without a pixel (what defect 1 hid)', async () => {
    const network = buildBoxesNetwork({ seed: 1 });
    const optimizer = new Adam({ learningRate: 1e-2 });
    const source = inputSource(BLOCKS, undefined, ['boxes']);
    const options = { epochs: 30, batchSize: 14, seed: 1 };
    const { history } = await train({ network, optimizer, train: source, validation: source, ...options });
    assert.equal(history[29].validationAccuracy, 1);
    network.dispose();
    optimizer.dispose();
  });
});

describeNative('baselines on native TensorFlow', describeNearest);
