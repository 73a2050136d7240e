import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { wilsonInterval } from '../../lib/core/intervals';
import { tableToHtml, tableToText } from '../../lib/figures/table-format';
import {
  accuracyTable,
  answerTable,
  classTable,
  filterTable,
  joinTables,
  metricsTable,
  recordTable,
  toDataFrame,
} from '../../lib/figures/tables';
import { records, split } from './examples';

describe('tables', () => {
  it('count each class by character', () => {
    const rows = classTable(records.slice(0, 4)).values as unknown[][];
    assert.deepEqual(rows, [
      ['mery', 3, 1, 4],
      ['all', 3, 1, 4],
    ]);
  });

  it('list the scores of each class with the interval of the recall, and their means', () => {
    const table = metricsTable([
      [8, 2],
      [0, 10],
    ]);
    assert.equal(
      tableToText(table),
      [
        'class         images  precision  recall  recall from  recall to     F1',
        '------------  ------  ---------  ------  -----------  ---------  -----',
        'anger             10      1.000   0.800        0.490      0.943  0.889',
        'disgust           10      0.833   1.000        0.722      1.000  0.909',
        'mean (macro)      20      0.917   0.900            –          –  0.899',
      ].join('\n'),
    );
  });

  it('list accuracies in percent with their intervals', () => {
    const rows = accuracyTable([{ name: 'TerGat', accuracy: wilsonInterval(1, 2) }]).values as unknown[][];
    assert.deepEqual(rows[0].slice(0, 2), ['TerGat', 50]);
  });

  it('list images with what is known of each: side of a split, intensity, attributes', () => {
    const known = { ...records[0], intensity: 0.5, attributes: { age: '30' } };
    const table = recordTable([known, ...records.slice(1)], split);
    assert.deepEqual(table.columns, ['path', 'character', 'emotion', 'frame', 'intensity', 'side', 'age']);
    const rows = table.values as unknown[][];
    assert.deepEqual(rows[0], ['mery/anger/0.png', 'mery', 'anger', 0, 0.5, 'train', '30']);
    assert.deepEqual(rows[2], ['mery/anger/2.png', 'mery', 'anger', 2, null, 'validation', null]);
  });

  it('list answers, which can be joined with images, filtered, grouped and described', () => {
    const asked = records.filter(({ frame }) => frame === 0); // seven expressions of two characters
    const labels = Uint8Array.from({ length: 14 }, (_, row) => (row === 9 ? 0 : row % 7));
    const probabilities = Float32Array.from({ length: 98 }, (_, at) =>
      at % 7 === labels[Math.floor(at / 7)] ? 0.5 : 0,
    );
    const answers = answerTable(asked, {
      net: { labels, probabilities },
      guess: { labels: new Uint8Array(14) },
    });
    assert.deepEqual(answers.columns, ['path', 'net', 'net %', 'net right', 'guess', 'guess right']);
    assert.deepEqual((answers.values as unknown[][])[9], ['aia/fear/0.png', 'anger', 50, 0, 'anger', 0]);
    const joined = joinTables(recordTable(records, split), answers, 'path');
    assert.deepEqual(joined.shape, [14, 10]);
    const wrong = joined.query(joined.column('net right').eq(0));
    assert.deepEqual(wrong.column('path').values, ['aia/fear/0.png']);
    const fears = filterTable(joined, ({ emotion, frame }) => emotion === 'fear' && frame === 0);
    assert.deepEqual(fears.column('character').values, ['mery', 'aia']);
    assert.deepEqual(filterTable(joined, () => false).shape, [0, 10]);
    const grouped = joined.groupby(['character']).agg({ 'net right': ['mean', 'count'] });
    assert.deepEqual(grouped.values, [
      ['mery', 1, 7],
      ['aia', 6 / 7, 7],
    ]);
    assert.match(tableToText(joined.describe()), /^ +frame .*\n.*\ncount +14/);
    assert.throws(
      () => answerTable(asked, { net: { labels: new Uint8Array(3) } }),
      /Expected 14 answers of net but received 3/,
    );
  });

  it('refuse to be empty, and values that cannot be cells', () => {
    assert.throws(() => toDataFrame([]), /Expected at least 1 row for rows but received 0/);
    assert.throws(
      () => toDataFrame([{ votes: [1] }]),
      /Expected text, .* for column votes but received an obj/,
    );
  });

  it('load danfo on the same TensorFlow.js as the rest, and leave its backend alone', () => {
    const before = tf.getBackend();
    const table = toDataFrame([{ n: 1 }, { n: 2 }]);
    assert.equal(table.column('n').sum(), 3);
    assert.equal(tf.getBackend(), before);
    const copies = Object.keys(require.cache).filter((file) => /tfjs-core[\\/]dist[\\/]tf-core/.test(file));
    assert.equal(copies.length, 1);
  });

  it('never load the spreadsheet reader, and load danfo only when a table is made', () => {
    const code = [
      'const loads = (name) => Object.values(require.cache).some(({ id, children }) => id.includes(`node_modules/${name}/`) && children.length > 0);',
      "const { toDataFrame } = require('./lib/index.ts');",
      "if (loads('danfojs-node')) throw new Error('danfo was loaded with lib');",
      'toDataFrame([{ n: 1 }]);',
      "if (!loads('danfojs-node') || loads('xlsx')) throw new Error('xlsx was loaded');",
      // danfo reads the file and then finds no reader of spreadsheets.
      "process.on('uncaughtException', ({ message }) => process.exit(message.includes('xlsx_1.readFile') ? 0 : 3));",
      "require('danfojs-node').readExcel('package.json').then(() => process.exit(2));",
    ];
    execFileSync(process.execPath, ['--import', 'tsx', '-e', code.join('\n')], { stdio: 'pipe' });
  }).timeout(60_000);
});

describe('formatting a table', () => {
  const table = {
    columns: ['name', 'n', 'accuracy %', 'gap', 'mixed'],
    values: [
      ['<b>', 12345, 97.5, NaN, 1],
      ['a & "b"', 6, 100, 0.25, 'one'],
    ],
  };

  it('aligns numbers right with equal digits and text left, and groups thousands', () => {
    const html = tableToHtml(table);
    assert.match(html, /<td align="left"[^>]*>&lt;b&gt;<\/td><td align="right"[^>]*>12,345<\/td>/);
    assert.match(html, />97\.50<.*>–</);
    assert.match(html, />100\.00<.*>0\.250</);
    assert.match(html, /<td align="left"[^>]*>one</);
  });

  it('escapes all text, captions and column names too', () => {
    const html = tableToHtml({ columns: ['<i>'], values: [['<script>']] }, 'a < b');
    assert.match(html, /a &lt; b/);
    assert.match(html, /&lt;i&gt;/);
    assert.doesNotMatch(html, /<script>|<i>/);
  });

  it('names rows where their names are texts, and shows the first fifty of many', () => {
    const { columns } = table;
    assert.match(
      tableToText({ columns: ['n'], values: [[1], [2]], index: ['mean', 'std'] }),
      /^ +n\n-+ +-\nmean +1\nstd +2$/,
    );
    assert.match(tableToText({ ...table, index: [0, 1] }), new RegExp(`^${columns[0]} `));
    const long = { columns: ['n'], values: Array.from({ length: 1060 }, (_, row) => [row]) };
    assert.match(tableToText(long), /\n49\nand 1,010 more rows$/);
    assert.match(
      tableToHtml(long),
      /<td[^>]*>49<\/td><\/tr>\n<\/tbody><\/table>\n<p>and 1,010 more rows<\/p>$/,
    );
  });
});
