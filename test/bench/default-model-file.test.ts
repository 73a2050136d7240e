import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { wilsonInterval } from '../../lib/core/intervals';
import type { FrameRecord } from '../../lib/core/record';
import { projectRoot } from '../../lib/files/project';
import { DEFAULT_MODEL } from '../../lib/predict/classifier';
import {
  defaultModelToMarkdown,
  toDefaultModelFile,
  type DefaultModelFile,
} from '../../bench/reference/model';
import type { ModelEvaluation } from '../../lib/study/evaluate-models';
import { assertSection, readReference } from '../support/assertions';

describe('toDefaultModelFile', () => {
  it('gives the accuracy of all images and of each character', () => {
    const records = ['pia', 'bo', 'pia', 'pia'].map((character): FrameRecord => ({
      path: 'a.png',
      character,
      emotion: 'joy',
    }));
    const outcomes = [true, true, false, true];
    const allImages = wilsonInterval(3, 4);
    const evaluation = {
      outcomes,
      score: { allImages },
      calibrationError: 0.1,
      answered: wilsonInterval(2, 4),
      rightOfAnswered: wilsonInterval(2, 2),
    };
    const file = toDefaultModelFile(evaluation as unknown as ModelEvaluation, records, {
      sha256: 'a',
      dataset: 'b',
    });
    assert.deepEqual(file.characters, { bo: 1, pia: 2 / 3 });
    assert.deepEqual(
      [file.images, file.accuracyOfAll, file.answered, file.rightOfAnswered],
      [4, 0.75, 0.5, 1],
    );
    assert.match(defaultModelToMarkdown(file), /of each character \| bo 100\.00? %, pia 66\.67? %/);
  });
});

describe('results/reference/default-model.json', () => {
  const file = readReference<DefaultModelFile>('default-model');

  it('was measured with the model that is there: else npm run reference -- model', () => {
    const model = fs.readFileSync(path.join(projectRoot(), DEFAULT_MODEL));
    assert.equal(file.sha256, createHash('sha256').update(model).digest('hex'));
    assert.deepEqual([file.images, Object.keys(file.characters).length], [1680, 6]);
  });

  it("is the card's table", () => {
    assertSection('models/README.md', 'six', defaultModelToMarkdown(file));
  });
});
