import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs';
import { evaluateFolds } from '../../lib/cli/evaluate';
import { makeReport, reportFolds } from '../../lib/cli/report';
import { train } from '../../lib/cli/train';
import { parseCsv } from '../../lib/core/csv';
import { EMOTIONS } from '../../lib/core/emotions';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { createRandom } from '../../lib/core/random';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

/** A crop of noise: it is taken for a face whole. */
function crop(name: string): Promise<Buffer> {
  const random = createRandom(name);
  const pixels = Uint8Array.from({ length: 48 * 48 }, () => random.integer(256));
  return sharp(pixels, { raw: { width: 48, height: 48, channels: 1 } })
    .png()
    .toBuffer();
}

async function writeCrops(folder: string, names: readonly string[]): Promise<void> {
  writeFiles(
    folder,
    Object.fromEntries(await Promise.all(names.map(async (name) => [name, await crop(name)]))),
  );
}

const classFolders = (persons: readonly string[], emotions: readonly string[] = EMOTIONS.slice(0, 3)) =>
  persons.flatMap((person) => emotions.map((emotion) => `${person}/${emotion}/1.png`));

describe('leave one person out', function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  /** Runs the command on data of the test's folder. */
  async function run(data: string, changes: Partial<Parameters<typeof evaluateFolds>[0]> = {}) {
    const lines: string[] = [];
    const [output, predictions] = ['figures.json', 'predictions.csv'].map((name) =>
      path.join(folder(), name),
    );
    for (const file of [output, predictions]) fs.rmSync(file, { force: true });
    const isWhole = await evaluateFolds({
      data: path.join(folder(), data),
      cropped: true,
      architecture: 'compact',
      format: 'json',
      output,
      predictions,
      print: (line) => void lines.push(line),
      experiment: { ...DEFAULT_EXPERIMENT, epochs: 1 },
      cacheDirectory: path.join(folder(), 'training'),
      ...changes,
    });
    const read = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined);
    return { isWhole, lines, figures: read(output), table: read(predictions) };
  }

  it('tests each person once and gives figures over all, with one table of predictions', async () => {
    await writeCrops(path.join(folder(), 'people'), classFolders(['kim', 'ann', 'lee', 'bob']));
    writeFiles(folder(), { 'people/kim/joy/broken.png': 'no image' });
    const { isWhole, figures, table } = await run('people');
    assert.ok(isWhole);
    const [header, ...rows] = parseCsv(table!);
    assert.deepEqual(header, ['path', 'true', 'answer', ...EMOTIONS.map((name) => `p_${name}`), 'person']);
    assert.equal(rows.length, 13);
    for (const row of rows) assert.equal(row[0].split('/')[0], row.at(-1));
    assert.deepEqual(
      rows.find(([name]) => name.endsWith('broken.png')),
      ['kim/joy/broken.png', 'joy', ...new Array<string>(8).fill(''), 'kim'],
    );
    const { persons, matrix, ...others } = JSON.parse(figures!) as {
      persons: { person: string; validation: string; images: number; missed: number; correct: number }[];
      matrix: number[][];
      accuracyOfAll: number;
      accuracyOfAllInterval: number[];
      images: number;
    };
    assert.deepEqual(
      persons.map(({ person, validation, images, missed }) => [person, validation, images, missed]),
      [
        ['ann', 'bob', 3, 0],
        ['bob', 'kim', 3, 0],
        ['kim', 'lee', 4, 1],
        ['lee', 'ann', 3, 0],
      ],
    );
    const right = rows.filter(([, truth, answer]) => truth === answer).length;
    assert.equal(
      persons.reduce((sum, { correct }) => sum + correct, 0),
      right,
    );
    assert.equal(
      matrix.reduce((sum, row, id) => sum + row[id], 0),
      right,
    );
    assert.equal(
      matrix.flat().reduce((sum, count) => sum + count),
      12,
    );
    assert.deepEqual([others.images, others.accuracyOfAll], [13, right / 13]);
    const [low, high] = others.accuracyOfAllInterval;
    assert.ok(low <= right / 13 && right / 13 <= high && low < high);
  });

  it('goes on after the last whole fold when it was stopped, and gives what an undisturbed run gives', async () => {
    await writeCrops(path.join(folder(), 'people'), classFolders(['ann', 'bob', 'kim']));
    const before = tf.memory().numTensors;
    let ended = 0;
    const print = (line: string) => {
      if (/^\d of 3/.test(line)) ended += 1;
      if (ended === 1) process.emit('SIGINT');
    };
    const stopped = await run('people', { print });
    assert.deepEqual(
      [stopped.isWhole, ended, stopped.figures, stopped.table],
      [false, 1, undefined, undefined],
    );
    const resumed = await run('people');
    const folds = resumed.lines.filter((line) => / of 3: /.test(line));
    assert.deepEqual(
      folds.map((line) => line.includes('1 of them from checkpoints')),
      [true, false, false],
    );
    const undisturbed = await run('people', { cacheDirectory: path.join(folder(), 'other') });
    assert.equal(resumed.table, undisturbed.table);
    assert.equal(tf.memory().numTensors, before);
  });

  it('takes a table of labels with persons', async () => {
    const names = classFolders(['a', 'b', 'c']);
    await writeCrops(folder(), names);
    const rows = names.map((name, index) => `${name},${name.split('/')[1]},p${index % 3}`);
    writeFiles(folder(), { 'list.csv': ['path,label,person', ...rows].join('\n') });
    // Each of p0, p1 and p2 has one expression only, which nobody else has.
    await assert.rejects(
      run('list.csv'),
      /none of anger, disgust where p0 is tested and p1 chooses the epoch: add/,
    );
    const mixed = names.map((name) => `${name},${name.split('/')[1]},person ${name[0]}`);
    writeFiles(folder(), { 'list.csv': ['path,label,person', ...mixed].join('\n') });
    const { figures } = await run('list.csv', { format: 'text' });
    assert.match(figures!, /9 images of 3 persons\nCompact, trained 3 times: each person is tested once/);
    assert.match(figures!, /over persons .*\(95 %: /);
    assert.match(figures!, /macro F1 .* \(95 %, persons resampled: /);
    assert.match(figures!, /^ {2}person a +3 +0 +\d +1$/m);
  });

  it('makes a report of JAFFE, and says what the report leaves out', async () => {
    const takes = ['AN', 'HA', 'SU'].flatMap((code) => [1, 2].map((take) => `${code}${take}.3`));
    const names = ['KA', 'KL', 'KM'].flatMap((person) => takes.map((take) => `${person}.${take}.tiff`));
    await writeCrops(path.join(folder(), 'jaffe'), names);
    const results = path.join(folder(), 'results');
    const lines: string[] = [];
    const environment = {
      DATASET: 'jaffe',
      DATASET_DIR: path.join(folder(), 'jaffe'),
      CROPPED: '1',
      EPOCHS: '1',
      SPLIT: 'leave-one-person-out',
    };
    const request = { environment, results, architecture: 'Compact', cacheDirectory: folder() };
    assert.ok(await reportFolds({ ...request, print: (line) => void lines.push(line) }));
    assert.match(lines.at(-1)!, /does not have: the executed notebook, learning curves/);
    const files = ['heatmap_1_0.001_8.png', 'predictions.csv', 'report.json', 'skipped.csv', 'split.json'];
    const made = fs.readdirSync(results);
    assert.deepEqual(
      files.filter((name) => !made.includes(name)),
      [],
    );
    const read = (name: string) =>
      JSON.parse(fs.readFileSync(path.join(results, name), 'utf8')) as Record<string, unknown>;
    const { dataset, faces, split, leftOut } = read('report.json');
    assert.deepEqual([dataset, faces, split], ['JAFFE', 18, { name: 'leave-one-person-out', folds: 3 }]);
    assert.ok((leftOut as string[]).includes('learning curves'));
    assert.deepEqual((read('split.json').folds as unknown[])[2], { test: 'KM', validation: 'KA' });
  });

  it('refuses data without persons, with too few, or with some unknown, and says what to do', async () => {
    await writeCrops(path.join(folder(), 'nobody'), ['joy/1.png', 'fear/1.png']);
    await writeCrops(path.join(folder(), 'two'), classFolders(['ann', 'bob']));
    const names = classFolders(['ann', 'bob', 'kim']);
    await writeCrops(folder(), names);
    const rows = names.map(
      (name, index) => `${name},${name.split('/')[1]},${index < 8 ? name.split('/')[0] : ''}`,
    );
    writeFiles(folder(), { 'list.csv': ['path,label,person', ...rows].join('\n') });
    await assert.rejects(
      run('nobody'),
      /^RangeError: Expected a person for each image .* none for 2 of 2: name persons by folders, <person>\/<emotion>\/\*, or in the column person/,
    );
    await assert.rejects(
      run('two'),
      /^RangeError: Expected at least 3 persons .* received 2 \(ann, bob\): add persons/,
    );
    await assert.rejects(run('list.csv'), /none for 1 of 9/);
    await assert.rejects(run('two', { architecture: 'Big' }), /for architecture but received Big/);
    for (const emotion of ['anger', 'disgust', 'fear'])
      fs.writeFileSync(path.join(folder(), `kim/${emotion}/1.png`), 'no image');
    fs.rmSync(path.join(folder(), 'nobody'), { recursive: true });
    fs.rmSync(path.join(folder(), 'two'), { recursive: true });
    fs.rmSync(path.join(folder(), 'list.csv'));
    fs.rmSync(path.join(folder(), 'training'), { recursive: true, force: true });
    await assert.rejects(run('.'), /at least 3 persons with a found face .* received 2 \(ann, bob\)/);
  });

  it('is refused by train, and its queue by a report of another split', async () => {
    const experiment = { ...DEFAULT_EXPERIMENT, split: 'leave-one-person-out' as const };
    const output = path.join(folder(), 'a.safetensors');
    const print = () => undefined;
    await assert.rejects(
      train({ architecture: 'Compact', output }, experiment, print),
      /received leave-one-person-out, which trains once a person: `npx . evaluate --folds ARCHITECTURE` does/,
    );
    assert.equal(fs.existsSync(output), false);
    await assert.rejects(
      makeReport({ environment: { SPLIT: 'clips' }, queue: 'redis://127.0.0.1:1' }),
      /Expected SPLIT=leave-one-person-out with --queue but received clips/,
    );
  });
});
