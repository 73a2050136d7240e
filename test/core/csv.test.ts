import assert from 'node:assert/strict';
import { parseCsv, toCsv } from '../../lib/core/csv';

describe('parseCsv', () => {
  it('reads what toCsv writes', () => {
    const rows = [
      ['path', 'label'],
      ['a, "b".png', 'joy'],
      ['two\r\nlines', ''],
      ['', 'x'],
    ];
    assert.deepEqual(parseCsv(toCsv(rows)), rows);
  });

  it('takes line ends of any kind, leaves empty lines out and keeps quotes inside of a field', () => {
    assert.deepEqual(parseCsv('a,b\n\nc,\rd,5" e\r\n\r\nf'), [['a', 'b'], ['c', ''], ['d', '5" e'], ['f']]);
    assert.deepEqual(parseCsv(''), []);
    assert.deepEqual(parseCsv('a,'), [['a', '']]);
  });

  it('takes another separator', () => {
    assert.deepEqual(parseCsv('a;"b;c";1,5\n', ';'), [['a', 'b;c', '1,5']]);
    assert.deepEqual(parseCsv('a\t\tb', '\t'), [['a', '', 'b']]);
  });

  it('names the row whose quotes are wrong', () => {
    assert.throws(() => parseCsv('a\n"b'), /Expected a closing quote and a separator for row 2/);
    assert.throws(() => parseCsv('"a"b,c'), /row 1/);
  });
});
