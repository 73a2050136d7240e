import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { NotebookFile } from '../../lib/notebook/notebooks';
import { newStudy } from '../../lib/cli/new';
import { projectRoot } from '../../lib/files/project';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('newStudy', () => {
  const folder = useTemporaryFolder();
  const pictures = () => {
    const data = path.join(folder(), "kim's pictures");
    writeFiles(data, { 'joy/1.png': '' });
    return data;
  };
  const make = (options: { name?: string; data?: string; cropped?: boolean } = {}) =>
    newStudy({ name: path.join(folder(), 'my-study'), data: pictures(), cropped: false, ...options });

  it('writes a notebook that reads the folder and finds the helpers from where it lies', () => {
    const file = make({ cropped: true });
    assert.equal(file, path.join(folder(), 'my-study.ipynb'));
    const { cells } = JSON.parse(fs.readFileSync(file, 'utf8')) as NotebookFile;
    const text = cells.map(({ source }) => [source].flat().join('')).join('\n\n');
    assert.match(text, /^# my-study$/m);
    assert.ok(text.includes(`const folder = ${JSON.stringify(pictures())};`));
    assert.match(text, /^const cropped = true;$/m);
    const imported = [...text.matchAll(/from "([^"]+)";$/gm)].map(([, name]) => path.resolve(folder(), name));
    assert.deepEqual(new Set(imported), new Set([path.join(projectRoot(), 'lib')]));
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => path.resolve(folder(), link));
    assert.ok(links.length > 0 && links.every((link) => fs.existsSync(link)), links.join());
    assert.ok(cells.every(({ outputs = [] }) => outputs.length === 0));
  });

  it('overwrites nothing, and requires a folder', () => {
    const file = make();
    assert.throws(
      () => make(),
      /Expected a new file for <name> but received .*my-study\.ipynb, which exists/,
    );
    assert.throws(
      () => make({ name: 'other', data: file }),
      /Expected an existing folder for <folder> but received .*my-study\.ipynb$/,
    );
    assert.ok(!fs.existsSync('other.ipynb'));
  });

  it('refuses a folder that the notebook could not read, and accepts a table of labels', () => {
    const data = path.join(folder(), 'mine');
    writeFiles(data, { '1.png': '' });
    assert.throws(
      () => make({ data }),
      /Expected class folders, .* for <folder> but received .*mine with no/,
    );
    assert.ok(!fs.existsSync(path.join(folder(), 'my-study.ipynb')));
    writeFiles(data, { 'labels.csv': 'path,label\n1.png,happy\n' });
    assert.ok(fs.existsSync(make({ data })));
  });
});
