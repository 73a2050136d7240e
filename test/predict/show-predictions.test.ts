import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { nameAnnotated, predictionRows, viewPredictions } from '../../lib/predict/show-predictions';
import type { FacePrediction, PicturePrediction, UnreadPicture } from '../../lib/predict/predictor';
import { block, faceView, pngOf } from '../figures/examples';
import { useTemporaryFolder } from '../support/folder';

async function faceOf(answer: FacePrediction['answer'], share: number): Promise<FacePrediction> {
  const { landmarks, eyesBox, mouthBox } = await faceView();
  const probabilities = Object.fromEntries(
    EMOTIONS.map((name) => [name, name === 'joy' ? share : (1 - share) / 6]),
  );
  return {
    answer,
    likeliest: 'joy',
    confidence: share,
    probabilities: probabilities as FacePrediction['probabilities'],
    box: eyesBox,
    detector: 'tiny-320',
    score: 0.9,
    landmarks,
    eyesBox,
    mouthBox,
    eyes: block.data,
    mouth: block.data,
  };
}

const pictureOf = (source: string, faces: readonly FacePrediction[]): PicturePrediction => ({
  source,
  width: 256,
  height: 256,
  faces,
});

const unread: UnreadPicture = {
  source: 'a/text.jpg',
  kind: 'not-an-image',
  reason: 'no image',
} as UnreadPicture;

describe('predictions in a notebook', () => {
  const folder = useTemporaryFolder();

  it('have a row for each face with whole percents, and list pictures without a face and unread ones', async () => {
    const rows = predictionRows([
      pictureOf('a/two.jpg', [await faceOf('joy', 0.94), await faceOf('unsure', 0.4)]),
      pictureOf('a/none.jpg', []),
      unread,
    ]);
    assert.deepEqual(
      rows.map(({ picture, answer, 'joy %': joy }) => [picture, answer, joy]),
      [
        ['two.jpg', 'joy', 94],
        ['two.jpg', 'unsure', 40],
        ['none.jpg', 'no face', null],
        ['text.jpg', 'no image', null],
      ],
    );
    assert.equal(rows[0]['fear %'], 1);
  });

  it('are drawn with the largest face of each picture, under a name that fits', async () => {
    const file = path.join(folder(), 'a-name-that-is-too-long.png');
    fs.writeFileSync(file, await pngOf(256, 256));
    const faces = [await faceOf('joy', 0.94), await faceOf('unsure', 0.4)];
    const views = await viewPredictions([pictureOf(file, faces), pictureOf('none.jpg', []), unread]);
    assert.deepEqual(
      views.map(({ caption }) => caption),
      ['a-name-that-i…: joy 94 %'],
    );
  });
});

describe('nameAnnotated', () => {
  it('keeps names in any script, and numbers equal names', () => {
    assert.equal(nameAnnotated('photos/행복.jpg', 2), '0002-행복.jpg');
    assert.equal(nameAnnotated('a/élan vital (1).tar.png', 3), '0003-élan vital (1).tar.jpg');
    assert.notEqual(nameAnnotated('a/x.jpg', 1), nameAnnotated('b/x.png', 2));
  });

  it('gives no name that Windows or a file system refuses', () => {
    assert.equal(nameAnnotated('what? "a:b"\n\u0007.jpg', 1), '0001-what- -a-b-.jpg');
    assert.equal(nameAnnotated('con.jpg', 12345), '12345-con.jpg');
    assert.equal(nameAnnotated('half \ud83d.jpg', 1), '0001-half -.jpg');
    const long = nameAnnotated(`${'😀'.repeat(80)}.jpg`, 1);
    assert.equal(long, `0001-${'😀'.repeat(50)}.jpg`);
  });
});
