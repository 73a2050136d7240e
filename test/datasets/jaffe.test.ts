import assert from 'node:assert/strict';
import { readJaffe } from '../../lib/datasets/jaffe';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readJaffe', () => {
  const folder = useTemporaryFolder();

  it('reads the names of the original release and those in circulation', () => {
    writeFiles(folder(), {
      'KA.AN1.39.tiff': '',
      'jaffe/YM.SU3.60.tiff': '',
      'KA-HA2.jpeg': '',
      'uy.ne1.jpg': '',
      'README_FIRST.txt': '',
    });
    assert.deepEqual(readJaffe(folder()).records, [
      { path: 'KA-HA2.jpeg', character: 'KA', emotion: 'joy' },
      { path: 'KA.AN1.39.tiff', character: 'KA', emotion: 'anger' },
      { path: 'jaffe/YM.SU3.60.tiff', character: 'YM', emotion: 'surprise' },
      { path: 'uy.ne1.jpg', character: 'UY', emotion: 'neutral' },
    ]);
  });

  it('refuses a picture of another name, and a folder without pictures', () => {
    assert.throws(() => readJaffe(folder()), /Expected pictures like KA\.AN1\.39\.tiff for DIR .* with none/);
    writeFiles(folder(), { 'KA.XX1.39.tiff': '' });
    assert.throws(() => readJaffe(folder()), /Expected a name like .* but received KA\.XX1\.39\.tiff/);
  });
});
