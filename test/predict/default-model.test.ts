import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { CHARACTERS, planSample, renderPng, renderSvg } from '../../lib/characters';
import { projectRoot } from '../../lib/files/project';
import { decodeSafetensors } from '../../lib/model/files/safetensors';
import { DEFAULT_MODEL } from '../../lib/predict/classifier';
import { predictPictures } from '../../lib/predict/predict-inputs';
import { isUnread } from '../../lib/predict/predictor';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';

const file = path.join(projectRoot(), DEFAULT_MODEL);

describe('the default model', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  it('has a card that says what it was trained on, and is smaller than 1 MB', () => {
    const { metadata } = decodeSafetensors(fs.readFileSync(file));
    const card = fs.readFileSync(path.join(path.dirname(file), 'README.md'), 'utf8');
    assert.ok(fs.statSync(file).size < 1_000_000);
    assert.match(card, new RegExp(`network +\\| ${metadata.get('architecture')},`));
    const { photographs, drawings } =
      /from (?<photographs>\d+) photographs.* and (?<drawings>\d+) drawn/.exec(
        metadata.get('description')!,
      )!.groups!;
    const [first, second] = [photographs, drawings].map((count) => Number(count).toLocaleString('en-US'));
    assert.ok(card.includes(`${first} photographs of faces (FER+), then these and ${second} drawn faces`));
    assert.match(card, /Not for judging people.*Decide nothing about anybody by it/s);
  });

  it('names most expressions of characters that it was not trained on', async () => {
    const settings = { clipsPerCell: 1, framesPerClip: 3 };
    const frames = planSample({ ...settings, characters: CHARACTERS.slice(0, 2) });
    const apexes = frames.filter(({ frame }) => frame === 1);
    const names = apexes.map((_, index) => path.join(folder(), `${String(index).padStart(2, '0')}.png`));
    for (const [index, { view }] of apexes.entries())
      fs.writeFileSync(names[index], await renderPng(renderSvg(view)));
    const results = await predictPictures(names);
    const right = results.filter(
      (result, index) => !isUnread(result) && result.faces[0]?.likeliest === apexes[index].emotion,
    );
    assert.equal(results.length, 2 * EMOTIONS.length);
    assert.ok(right.length >= 11, `${right.length} of ${results.length}`);
  });
});
