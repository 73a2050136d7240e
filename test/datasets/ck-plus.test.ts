import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Emotion } from '../../lib/core/emotions';
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
    const record = (character: string, take: string, emotion: Emotion, frame: number) => ({
      path: `cohn-kanade-images/${character}/${take}/${character}_${take}_0000000${frame === 0 ? 1 : 9}.png`,
      character,
      emotion,
      clip: `${character}_${take}`,
      frame,
    });
    assert.deepEqual(readCkPlus(folder()).records, [
      record('S005', '001', 'neutral', 0),
      record('S005', '001', 'disgust', 2),
      record('S010', '002', 'neutral', 0),
      record('S010', '002', 'joy', 2),
    ]);
  });

  it('takes only the peak of a sequence that is labelled neutral', () => {
    sequence('S005/001', '0.0000000e+00');
    assert.deepEqual(
      readCkPlus(folder()).records.map(({ emotion, frame }) => [emotion, frame]),
      [['neutral', 2]],
    );
  });

  it('maps the eight labels to seven: contempt is left out, as are sequences without a label, and counted', () => {
    const names = ['neutral', 'anger', undefined, 'disgust', 'fear', 'joy', 'sadness', 'surprise'];
    const wanted = Object.fromEntries([...names.entries()].filter(([label]) => label !== 2));
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
