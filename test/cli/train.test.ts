import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { train } from '../../lib/cli/train';
import { cropPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

describe('train', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  /** Grey pictures without a face: `anger 10` makes ten in a folder of that name. */
  async function trainOn(
    classes: Readonly<Record<string, number>>,
    others: Readonly<Record<string, string>> = {},
  ): Promise<{ lines: string[]; error: Error }> {
    const background = { r: 128, g: 128, b: 128 };
    const png = await sharp({ create: { width: 160, height: 160, channels: 3, background } })
      .png()
      .toBuffer();
    const data = path.join(folder(), 'photos');
    const names = Object.entries(classes).flatMap(([name, count]) =>
      Array.from({ length: count }, (_, index) => `${name}/${index}.png`),
    );
    writeFiles(data, { ...Object.fromEntries(names.map((name) => [name, png])), ...others });
    const [lines, output] = [[] as string[], path.join(folder(), 'model.safetensors')];
    const values = { data, architecture: 'Compact', output };
    const error = await train(values, DEFAULT_EXPERIMENT, (line) => lines.push(line)).then(
      () => assert.fail('trained on pictures without a face'),
      (reason: Error) => reason,
    );
    assert.ok(!fs.existsSync(output), 'no model file is written');
    return { lines, error };
  }

  it('refuses one expression before it looks for a face', async () => {
    const { lines, error } = await trainOn({ happy: 4 });
    assert.match(
      error.message,
      /^Expected at least 2 expressions to learn but received joy: add images of others$/,
    );
    assert.deepEqual(lines, []);
  });

  it('says before it looks for a face which expressions a side lacks', async () => {
    const { lines, error } = await trainOn({ anger: 10, sad: 1 });
    const lacking = lines.findIndex((line) => /^The test side has no image of sadness\.$/.test(line));
    const found = lines.findIndex((line) => /^Faces found in 0 of 11 images/.test(line));
    assert.ok(0 <= lacking && lacking < found, lines.join('\n'));
    assert.match(error.message, /at least 2 expressions to learn but received none/);
  });

  it('writes a model, and says which epochs come from checkpoints when it is called again', async () => {
    const [data, output] = ['crops', 'model.safetensors'].map((name) => path.join(folder(), name));
    const png = await cropPng(2);
    const names = ['joy', 'anger'].flatMap((name) => [0, 1, 2, 3, 4].map((index) => `${name}/${index}.png`));
    writeFiles(data, Object.fromEntries(names.map((name) => [name, png])));
    for (const call of ['first', 'second']) {
      const lines: string[] = [];
      const values = { data, output, cropped: true, architecture: 'Compact' };
      assert.ok(await train(values, { ...DEFAULT_EXPERIMENT, epochs: 1 }, (line) => lines.push(line)));
      assert.equal(lines.at(-1), `${output} was written.`);
      const { size } = fs.statSync(output);
      assert.ok(size > 1e5, `${size} bytes`);
      if (call === 'second') assert.ok(lines.includes('Epochs from checkpoints in data/cache/training: 1.'));
    }
  });

  it('distinguishes pictures that cannot be used from pictures without a face', async () => {
    const { lines } = await trainOn({ anger: 10, sad: 10 }, { 'sad/text.jpg': 'a text' });
    const found = lines.indexOf('Faces found in 0 of 21 images, 20 missed.');
    assert.match(lines[found + 1], /^Pictures that cannot be used: 1; the first: .*text\.jpg but it begins/);
    assert.match(lines[found + 2], /no face was found in 95 % of the images/);
  });
});
