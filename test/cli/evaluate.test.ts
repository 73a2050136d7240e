import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { chooseFormat } from '../../lib/cli/command';
import { chooseSide, evaluate } from '../../lib/cli/evaluate';
import { EMOTIONS } from '../../lib/core/emotions';
import { cropPng, portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

describe('chooseFormat', () => {
  it('takes the given format, else that of the file, else text', () => {
    const choose = (given?: 'json', file?: string) => chooseFormat(['text', 'json', 'csv'], given, file);
    assert.deepEqual(
      [choose('json', 'a.csv'), choose(undefined, 'A.CSV'), choose(undefined, 'json'), choose()],
      ['json', 'csv', 'text', 'text'],
    );
  });
});

describe('evaluate', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  async function evaluateFaces(): Promise<{ isWhole: boolean; output: string }> {
    const output = path.join(folder(), 'answer.json');
    const png = await portraitPng(0);
    const data = path.join(folder(), 'photos');
    writeFiles(data, Object.fromEntries(EMOTIONS.map((name) => [`${name}/1.png`, png])));
    const request = { data, model: 'face-api', format: 'json', output } as const;
    return { isWhole: await evaluate(request), output };
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
    assert.throws(() => chooseSide(bare, 'test'), /images of the test side for mine but received none/);
  });

  it('writes what it measured', async () => {
    const { isWhole, output } = await evaluateFaces();
    assert.ok(isWhole);
    const { models } = JSON.parse(fs.readFileSync(output, 'utf8')) as {
      models: { score: { allImages: { successes: number; trials: number } } }[];
    };
    // One face under every label: one of the seven is right.
    const { successes, trials } = models[0].score.allImages;
    assert.deepEqual([successes, trials], [1, EMOTIONS.length]);
  });

  it('counts pictures that cannot be read as errors, and reports them with a reason', async () => {
    const [data, output] = ['mixed', 'mixed.json'].map((name) => path.join(folder(), name));
    writeFiles(data, { 'joy/1.png': await portraitPng(0), 'joy/2.jpg': 'a text', 'sad/3.png': '' });
    assert.ok(await evaluate({ data, format: 'json', output }));
    const { models } = JSON.parse(fs.readFileSync(output, 'utf8')) as {
      models: { unread: { kind: string }[]; score: { allImages: { trials: number } } }[];
    };
    assert.deepEqual(
      models[0].unread.map(({ kind }) => kind),
      ['not-an-image', 'empty-file'],
    );
    assert.equal(models[0].score.allImages.trials, 3);
    assert.ok(await evaluate({ data, output: `${output}.txt` }));
    const text = fs.readFileSync(`${output}.txt`, 'utf8');
    assert.match(text, /^ {2}Pictures that cannot be used: 2; the first: Expected one of .*2\.jpg but it/m);
  });

  it('takes each whole picture for a face when told so, and counts whose landmarks are assumed', async () => {
    const [data, output] = ['crops', 'crops.json'].map((name) => path.join(folder(), name));
    writeFiles(data, { 'joy/1.png': await cropPng(2), 'joy/2.png': await cropPng(2, 90) });
    const request = { data, cropped: true, format: 'json', output } as const;
    assert.ok(await evaluate(request));
    const { models } = JSON.parse(fs.readFileSync(output, 'utf8')) as {
      models: { assumed: number; score: { foundFaces: { trials: number } } }[];
    };
    assert.deepEqual([models[0].score.foundFaces.trials, models[0].assumed], [2, 1]);
  });

  it('scores groups of a column of a table, in JSON and as text', async () => {
    const data = path.join(folder(), 'table');
    const png = await portraitPng(0);
    const rows = EMOTIONS.map(
      (name, index) => `${index}.png,${name},${index < 3 ? 'f' : index < 6 ? 'm' : ''}`,
    );
    writeFiles(data, { 'labels.csv': ['path,label,a column of a long name', ...rows].join('\n') });
    writeFiles(data, Object.fromEntries(EMOTIONS.map((_, index) => [`${index}.png`, png])));
    const evaluateAs = async (format: 'json' | 'text', by: string) => {
      const output = path.join(folder(), `by.${format}`);
      const request = { data, by, model: 'face-api', format, output };
      assert.ok(await evaluate(request));
      return fs.readFileSync(output, 'utf8');
    };
    const { models } = JSON.parse(await evaluateAs('json', 'a column of a long name')) as {
      models: {
        by: { groups: { group: string | null; images: number; accuracy: { successes: number } }[] };
      }[];
    };
    const { groups } = models[0].by;
    assert.deepEqual(
      groups.map(({ group, images }) => [group, images]),
      [
        ['f', 3],
        ['m', 3],
        [null, 1],
      ],
    );
    assert.equal(
      groups.reduce((sum, { accuracy }) => sum + accuracy.successes, 0),
      1,
    );
    const text = await evaluateAs('text', 'A Column Of A Long Name');
    const figures = text
      .split('\n')
      .filter((line) => /^ {2}(accuracy|macro|calib|answered|right|time)/.test(line));
    assert.deepEqual(
      figures.map((line) => /^ {2}[^\d–]+ (F1 [^\d]+ )?/.exec(line)?.[0].length),
      figures.map(() => 33),
    );
    assert.match(text, /not given \*/);
    assert.match(text, /largest difference of accuracy: . minus . 33\.3 points/);
    await assert.rejects(
      evaluateAs('text', 'age'),
      /one of the columns a column of a long name for --by but received age/,
    );
  });

  it('says that it was stopped, writes nothing and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    const listeners = process.listenerCount('SIGINT');
    const evaluation = evaluateFaces();
    while (process.listenerCount('SIGINT') === listeners) await new Promise(setImmediate);
    process.emit('SIGINT');
    const { isWhole, output } = await evaluation;
    assert.equal(isWhole, false);
    assert.deepEqual([fs.existsSync(output), tf.memory().numTensors], [false, before]);
  });
});
