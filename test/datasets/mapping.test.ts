import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readWithMapping } from '../../lib/datasets/mapping';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readWithMapping', () => {
  const folder = useTemporaryFolder();

  const read = (mapping: object | string) => {
    const text = typeof mapping === 'string' ? mapping : JSON.stringify(mapping);
    writeFiles(folder(), { 'mapping.json': text });
    return readWithMapping(path.join(folder(), 'data'), { mapping: path.join(folder(), 'mapping.json') });
  };
  const classes = { happy: 'joy', mad: 'anger', contempt: null };

  it('takes group and class from folders', () => {
    writeFiles(folder(), {
      'data/p1/happy/顔.png': '',
      'data/p2/mad/b.jpg': '',
      'data/p2/contempt/c.jpg': '',
      'data/stray.png': '',
    });
    const { name, records, notes } = read({ name: 'ours', classes, path: '<group>/<class>' });
    assert.equal(name, 'ours');
    assert.deepEqual(records, [
      { path: 'p1/happy/顔.png', character: 'p1', emotion: 'joy' },
      { path: 'p2/mad/b.jpg', character: 'p2', emotion: 'anger' },
    ]);
    assert.deepEqual(notes, ['2 pictures were left out']);
  });

  it('takes class, group and clip from a regular expression', () => {
    writeFiles(folder(), { 'data/x/s1-take7-happy.png': '' });
    const { records } = read({
      name: 'ours',
      classes,
      path: '(?<group>s\\d+)-(?<clip>take\\d+)-(?<class>[a-z]+)\\.png$',
    });
    assert.deepEqual(records, [
      { path: 'x/s1-take7-happy.png', character: 's1', emotion: 'joy', clip: 'take7' },
    ]);
  });

  it('enters linked folders at the root and class level, but no circle and no link further down', () => {
    writeFiles(folder(), { 'data/happy/1/2/a.png': '', 'secret/mad/b.png': '' });
    fs.symlinkSync(path.join(folder(), 'data'), path.join(folder(), 'data', 'happy', 'circle'));
    fs.symlinkSync(path.join(folder(), 'secret', 'mad'), path.join(folder(), 'data', 'mad'));
    fs.symlinkSync(path.join(folder(), 'secret'), path.join(folder(), 'data', 'happy', '1', '2', 'out'));
    const { records } = read({ name: 'ours', classes, path: '<class>' });
    assert.deepEqual(
      records.map((record) => record.path),
      ['happy/1/2/a.png', 'mad/b.png'],
    );
  });

  it('takes a mapping file with a byte-order mark, and names the option where the file is missing', () => {
    writeFiles(folder(), { 'data/happy/a.png': '' });
    const text = JSON.stringify({ name: 'ours', classes, path: '<class>' });
    assert.equal(read(`\uFEFF${text}`).records.length, 1);
    assert.throws(
      () => readWithMapping(folder(), { mapping: path.join(folder(), 'none.json') }),
      /Expected a file for --mapping but received .*none\.json, which does not exist/,
    );
  });

  it('says what is wrong with a mapping', () => {
    writeFiles(folder(), { 'data/glad/a.png': '' });
    assert.throws(() => read('{'), /Expected JSON for mapping but received .*\.json: .*JSON/);
    assert.throws(
      () => read({ name: 'ours' }),
      /Expected name, classes and path for mapping but received name/,
    );
    assert.throws(
      () => read({ name: 'o', classes: { a: 'glee' }, path: '<class>' }),
      /for class a but received glee/,
    );
    assert.throws(() => read({ name: 'o', classes, path: '<group>' }), /Expected <class> or/);
    assert.throws(() => read({ name: 'o', classes, path: '(?<class>' }), /Expected a regular expression/);
    assert.throws(
      () => read({ name: 'o', classes, path: '<class>' }),
      /class of glad\/a\.png but received glad/,
    );
    assert.throws(
      () => read({ name: 'o', classes, path: '<class>/x' }),
      /Expected pictures of the form .* with none/,
    );
  });
});
