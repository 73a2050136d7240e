import assert from 'node:assert/strict';
import path from 'node:path';
import { decodeText, readLines, readText } from '../../lib/datasets/tree';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readText', () => {
  const folder = useTemporaryFolder();
  const read = (content: string | Uint8Array) => {
    writeFiles(folder(), { 'a.txt': content });
    return readText(path.join(folder(), 'a.txt'), 'a list');
  };

  it('drops the byte-order mark of UTF-8 and of what Windows calls Unicode', () => {
    assert.equal(read('\uFEFFé'), 'é');
    assert.equal(read('é'), 'é');
    assert.equal(read(Buffer.from('\uFEFFé', 'utf16le')), 'é');
    assert.equal(decodeText(Buffer.from('')), '');
  });

  it('says that the file is missing or is a folder', () => {
    const at = (name: string) => () => readText(path.join(folder(), name), 'a list');
    assert.throws(at('b.txt'), /Expected a file for a list but received .*b\.txt, which does not exist/);
    assert.throws(at('.'), /Expected a file for a list but received the folder/);
  });

  it('gives lines without the mark and with line ends of either kind', async () => {
    writeFiles(folder(), { 'a.txt': '\uFEFFone\r\ntwo\n\nfour' });
    const lines: string[] = [];
    for await (const line of readLines(path.join(folder(), 'a.txt'), 10, 'a list')) lines.push(line);
    assert.deepEqual(lines, ['one', 'two', '', 'four']);
  });
});
