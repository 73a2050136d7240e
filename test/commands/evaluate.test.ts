import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs';
import { chooseSide, runEvaluate } from '../../lib/commands/evaluate';
import { EMOTIONS } from '../../lib/core/emotions';
import { portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

describe('runEvaluate', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  async function evaluate(isRequested: () => boolean): Promise<{ isWhole: boolean; output: string }> {
    const output = path.join(folder(), 'answer.json');
    const png = await portraitPng(0);
    const data = path.join(folder(), 'photos');
    writeFiles(data, Object.fromEntries(EMOTIONS.map((name) => [`${name}/1.png`, png])));
    const request = { data, models: ['face-api'], format: 'json', output } as const;
    return { isWhole: await runEvaluate(request, { isRequested, dispose: () => undefined }), output };
  }

  it('scores the test side of data that have sides, unless told otherwise, and names it', () => {
    const records = (['train', 'train', 'validation', 'test'] as const).map((side, index) => ({
      path: `${index}.png`,
      character: 'all',
      emotion: 'joy' as const,
      side,
    }));
    const dataset = { name: 'mine', synthetic: false, directory: folder(), records };
    const sideOf = (side?: 'train' | 'all') => {
      const { name, records: chosen } = chooseSide(dataset, side);
      return [name, chosen.length];
    };
    assert.deepEqual(sideOf(), ['mine, test side', 1]);
    assert.deepEqual(sideOf('train'), ['mine, train side', 2]);
    assert.deepEqual(sideOf('all'), ['mine', 4]);
    const bare = { ...dataset, records: records.map((record) => ({ ...record, side: undefined })) };
    assert.deepEqual(chooseSide(bare).records.length, 4);
    assert.throws(() => chooseSide(bare, 'test'), /images of the test side in mine but received none/);
  });

  it('writes what it measured', async () => {
    const { isWhole, output } = await evaluate(() => false);
    assert.ok(isWhole);
    const { models } = JSON.parse(fs.readFileSync(output, 'utf8')) as {
      models: { score: { ofAll: { successes: number; trials: number } } }[];
    };
    // One face under every label: one of the seven is right.
    const { successes, trials } = models[0].score.ofAll;
    assert.deepEqual([successes, trials], [1, EMOTIONS.length]);
  });

  it('takes each whole picture for a face when told so, and counts whose landmarks are assumed', async () => {
    const [data, output] = ['crops', 'crops.json'].map((name) => path.join(folder(), name));
    const crop = async (turn: number) =>
      sharp(await portraitPng(2))
        .rotate(turn)
        .resize(48, 48)
        .png()
        .toBuffer();
    writeFiles(data, { 'joy/1.png': await crop(0), 'joy/2.png': await crop(90) });
    const request = { data, cropped: true, models: [undefined], format: 'json', output } as const;
    assert.ok(await runEvaluate(request, { isRequested: () => false, dispose: () => undefined }));
    const { models } = JSON.parse(fs.readFileSync(output, 'utf8')) as {
      models: { assumed: number; score: { ofFound: { trials: number } } }[];
    };
    assert.deepEqual([models[0].score.ofFound.trials, models[0].assumed], [2, 1]);
  });

  it('says that it was stopped, writes nothing and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    let asked = 0;
    const { isWhole, output } = await evaluate(() => ++asked > 3);
    assert.equal(isWhole, false);
    assert.deepEqual([fs.existsSync(output), asked, tf.memory().numTensors], [false, 4, before]);
  });
});
