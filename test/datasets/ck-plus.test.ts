import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readCkPlus } from '../../lib/datasets/ck-plus';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('readCkPlus', () => {
  const folder = useTemporaryFolder();

  const sequence = (name: string, label?: string) => {
    const [person, take] = name.split('/');
    const stem = `${person}_${take}_`;
    const images = ['00000001', '00000002', '00000009'];
    writeFiles(
      folder(),
      Object.fromEntries(images.map((image) => [`cohn-kanade-images/${name}/${stem}${image}.png`, ''])),
    );
    const labels = `Emotion/${name}`;
    if (label) writeFiles(folder(), { [`${labels}/${stem}00000009_emotion.txt`]: `   ${label}\n` });
    else fs.mkdirSync(path.join(folder(), labels), { recursive: true });
  };

  it("takes each labelled sequence's peak with its label, and its first frame as neutral", () => {
    sequence('S005/001', '3.0000000e+00');
    sequence('S010/002', '5.0000000e+00');
    const images = 'cohn-kanade-images';
    assert.deepEqual(readCkPlus(folder()).records, [
      {
        path: `${images}/S005/001/S005_001_00000001.png`,
        character: 'S005',
        emotion: 'neutral',
        clip: 'S005_001',
        frame: 0,
      },
      {
        path: `${images}/S005/001/S005_001_00000009.png`,
        character: 'S005',
        emotion: 'disgust',
        clip: 'S005_001',
        frame: 2,
      },
      {
        path: `${images}/S010/002/S010_002_00000001.png`,
        character: 'S010',
        emotion: 'neutral',
        clip: 'S010_002',
        frame: 0,
      },
      {
        path: `${images}/S010/002/S010_002_00000009.png`,
        character: 'S010',
        emotion: 'joy',
        clip: 'S010_002',
        frame: 2,
      },
    ]);
  });

  it('maps the eight labels to seven: contempt is left out, as are sequences without a label, and counted', () => {
    const wanted = {
      0: 'neutral',
      1: 'anger',
      3: 'disgust',
      4: 'fear',
      5: 'joy',
      6: 'sadness',
      7: 'surprise',
    };
    for (const label of Object.keys(wanted)) sequence(`S00${label}/001`, `${label}.0000000e+00`);
    sequence('S100/001', '2.0000000e+00');
    sequence('S101/001');
    const { records, notes } = readCkPlus(folder());
    const peaks = records
      .filter(({ frame }) => frame === 2)
      .map(({ character, emotion }) => [character.slice(-1), emotion]);
    assert.deepEqual(Object.fromEntries(peaks), wanted);
    assert.deepEqual(notes, ['2 sequences without a label or of contempt were left out']);
  });

  it('refuses an unknown label and a folder that is not CK+', () => {
    assert.throws(() => readCkPlus(folder()), /Expected a folder of CK\+ for DIR .*not exist/);
    sequence('S005/001', '8.0');
    assert.throws(() => readCkPlus(folder()), /label from 0 to 7 for S005\/001.* but received 8\.0/);
  });
});
