import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { wilsonInterval } from '../../lib/core/intervals';
import { tableToHtml, tableToText } from '../../lib/report/table-format';
import { accuracyTable, classTable, metricsTable, splitTable, toDataFrame } from '../../lib/report/tables';
import { records, split } from './examples';

describe('tables', () => {
  it('count each emotion on each side of the split, with sums', () => {
    const table = splitTable(records, split);
    assert.deepEqual(table.columns, ['emotion', 'train', 'validation', 'test', 'total']);
    const rows = table.values as unknown[][];
    assert.deepEqual(rows[0], ['anger', 4, 1, 1, 6]);
    assert.deepEqual(rows.at(-1), ['all', 28, 7, 7, 42]);
  });

  it('count each character on each side of the split', () => {
    const rows = splitTable(records, split, 'character').values as unknown[][];
    assert.deepEqual(rows, [
      ['aia', 14, 0, 7, 21],
      ['mery', 14, 7, 0, 21],
      ['all', 28, 7, 7, 42],
    ]);
  });

  it('count each class by character', () => {
    const rows = classTable(records.slice(0, 4)).values as unknown[][];
    assert.deepEqual(rows, [
      ['mery', 3, 1, 4],
      ['all', 3, 1, 4],
    ]);
  });

  it('list the scores of each class with the interval of the recall, and their means', () => {
    const table = metricsTable([[8, 2], [0, 10]], ['no', 'yes']); // prettier-ignore
    assert.equal(
      tableToText(table),
      [
        'class         images  precision  recall  recall from  recall to     F1',
        '------------  ------  ---------  ------  -----------  ---------  -----',
        'no                10      1.000   0.800        0.490      0.943  0.889',
        'yes               10      0.833   1.000        0.722      1.000  0.909',
        'mean (macro)      20      0.917   0.900            –          –  0.899',
      ].join('\n'),
    );
  });

  it('list accuracies in percent with their intervals', () => {
    const rows = accuracyTable([{ name: 'TerGat', accuracy: wilsonInterval(1, 2) }]).values as unknown[][];
    assert.deepEqual(rows[0].slice(0, 2), ['TerGat', 50]);
  });

  it('refuse to be empty', () => {
    assert.throws(() => toDataFrame([]), /Expected at least 1 row for rows but received 0/);
  });

  it('load danfo on the same TensorFlow.js as the rest, and leave its backend alone', () => {
    const before = tf.getBackend();
    const sum = toDataFrame([{ n: 1 }, { n: 2 }])
      .column('n')
      .sum();
    assert.equal(sum, 3);
    assert.equal(tf.getBackend(), before);
    const copies = Object.keys(require.cache).filter((file) => /tfjs-core[\\/]dist[\\/]tf-core/.test(file));
    assert.equal(copies.length, 1);
  });
});

describe('formatting a table', () => {
  const table = {
    columns: ['name', 'n', 'accuracy %', 'gap', 'mixed'],
    values: [
      ['<b>', 12345, 97.5, NaN, 1],
      ['a & "b"', 6, 100, 0.25, 'one'],
    ],
  };

  it('sets numbers right with equal digits, text left, and groups thousands', () => {
    const html = tableToHtml(table);
    assert.match(html, /<td align="left"[^>]*>&lt;b&gt;<\/td><td align="right"[^>]*>12,345<\/td>/);
    assert.match(html, />97\.50<.*>–</);
    assert.match(html, />100\.00<.*>0\.250</);
    assert.match(html, /<td align="left"[^>]*>one</);
  });

  it('escapes all text, captions and column names too', () => {
    const html = tableToHtml({ columns: ['<i>'], values: [['<script>']] }, { caption: 'a < b' });
    assert.match(html, /a &lt; b/);
    assert.match(html, /&lt;i&gt;/);
    assert.doesNotMatch(html, /<script>|<i>/);
  });

  it('takes the number of decimals', () => {
    assert.match(tableToText(table, { decimals: 1, caption: 'c' }), /^c\n\nname .*\n.*\n<b> .* 97\.5 /);
  });
});
