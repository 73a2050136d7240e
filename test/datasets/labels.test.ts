import assert from 'node:assert/strict';
import path from 'node:path';
import { hasLabels, readLabels } from '../../lib/datasets/labels';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readLabels', () => {
  const folder = useTemporaryFolder();
  const pictures = { 'a/1.png': '', 'a/2, two.png': '', '3.png': '' };
  const read = (table: string, options = {}) => {
    writeFiles(folder(), { ...pictures, 'labels.csv': table });
    return readLabels(folder(), options);
  };

  it('reads path, label, person and side, and keeps the other columns', () => {
    const { records, notes, directory, name } = read(
      '\uFEFFPath,Label,person,side,Age,skin\r\n"a/2, two.png",Happy,kim,Valid,30,"dark, warm"\r\na/1.png,sad,,,,\r\n3.png,contempt,kim,test,31,\r\n',
    );
    assert.deepEqual(records, [
      { path: 'a/1.png', character: 'all', emotion: 'sadness', attributes: { Age: '', skin: '' } },
      {
        path: 'a/2, two.png',
        character: 'kim',
        emotion: 'joy',
        side: 'validation',
        attributes: { Age: '30', skin: 'dark, warm' },
      },
    ]);
    assert.deepEqual(notes, [
      '1 rows of contempt or without a label were left out',
      'rows without a person, counted as one person: 1',
    ]);
    assert.deepEqual([directory, name], [folder(), 'labels']);
  });

  it('reads semicolons and tabs, and numbers by the data set that defines them', () => {
    assert.equal(read('path;label\n3.png;fear\n').records[0].emotion, 'fear');
    assert.equal(read('label\tpath\n3\t3.png\n', { numbered: 'fer2013' }).records[0].emotion, 'joy');
    assert.throws(() => read('path,label\n3.png,3\n'), /labels named anger, .* received 3; numbers differ/);
  });

  it('reads tables as spreadsheets write them: blanks around fields, columns without a name, commas in names', () => {
    const { records, notes } = read('"path ";" Label";"lens, mm";;\r\n" 3.png"; Joy ;35;;\r\n');
    assert.deepEqual(records, [
      { path: '3.png', character: 'all', emotion: 'joy', attributes: { 'lens, mm': '35' } },
    ]);
    assert.deepEqual(notes, []);
    const absolute = path.join(folder(), '3.png');
    assert.equal(read(`path,label\n${absolute},joy\na/../a/1.png,joy\n`).records[0].path, '3.png');
  });

  it('leaves out pictures of unsupported formats, and counts them', () => {
    writeFiles(folder(), { 'a/5.HEIC': '' });
    const { records, notes } = read('path,label\n3.png,joy\na/5.HEIC,joy\n');
    assert.equal(records.length, 1);
    assert.deepEqual(notes, ['pictures of unsupported formats were left out: 1 .heic']);
    assert.throws(() => read('path,label\na/5.HEIC,joy\n'), /none that is read: 1 \.heic/);
  });

  it("recognizes a folder's table by its columns: other data sets have a labels.csv too", () => {
    const has = (table: string) => {
      writeFiles(folder(), { 'labels.csv': table });
      return hasLabels(folder());
    };
    assert.equal(hasLabels(folder()), false);
    assert.deepEqual(['\uFEFFLabel;Path\n', 'pth,label\n', ''].map(has), [true, false, false]);
  });

  it('names all labels that are not known, and the row that is wrong', () => {
    const table = (rows: string) => () => read(`path,label,side\n${rows}`);
    assert.throws(table('3.png,glee,\na/1.png,awe,\n3.png,awe,\n'), /received awe, glee; other names/);
    assert.throws(table('3.png,joy\n'), /Expected 3 fields for row 2 of .*labels\.csv but received 2/);
    assert.throws(table('3.png,joy,exam\n'), /one of train, .* for side in row 2 of .* received exam/);
    assert.throws(table('4.png,joy,\n'), /picture for row 2 of .* received 4\.png, which does not exist/);
    assert.throws(table('../x.png,joy,\n'), /a path inside of the table's folder for row 2 .* \.\.\/x\.png/);
    assert.throws(table('3.png,joy,\n./3.png,fear,\n'), /one row per picture for .* received 3\.png twice/);
    assert.throws(table(`${'x'.repeat(300)}.png,joy,\n`), /picture for row 2 of .* which does not exist/);
    assert.throws(table('a\0.png,joy,\n'), /picture for row 2 of .* which does not exist/);
    assert.throws(table('a,joy,\n'), /picture for row 2 of .* received a, which is no file/);
    assert.throws(() => read('path,label,Age,age\n'), /Expected one column age for .* but received several/);
    assert.throws(table('3.png,contempt,\n'), /Expected rows with a label for DIR/);
    assert.throws(() => read('file,label\n'), /columns path and label for DIR but received file, label/);
    assert.throws(() => readLabels(path.join(folder(), 'no.csv')), /Expected a file for DIR .* not exist/);
  });
});
