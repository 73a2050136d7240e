import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS } from '../../lib/core/emotions';
import { CHARACTERS, planSample, renderPng, renderSvg, toSampleSettings } from '../../lib/datasets/sample';
import { projectRoot } from '../../lib/engine/project';
import { decodeSafetensors } from '../../lib/model/safetensors';
import { DEFAULT_MODEL } from '../../lib/predict/model';
import { predictPictures } from '../../lib/predict/predict-inputs';
import { isUnread } from '../../lib/predict/predictor';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';

const file = path.join(projectRoot(), DEFAULT_MODEL);

describe('the default model', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  it('has a card that says what it is made of, and under 2 MB', () => {
    const { metadata } = decodeSafetensors(fs.readFileSync(file));
    const card = fs.readFileSync(path.join(path.dirname(file), 'README.md'), 'utf8');
    assert.ok(fs.statSync(file).size < 2_000_000);
    assert.match(card, new RegExp(`network +\\| ${metadata.get('architecture')}:`));
    assert.match(card, new RegExp(`temperature +\\| ${Number(metadata.get('temperature'))}:`));
    const [images, characters] = metadata.get('description')!.match(/\d+/g)!;
    assert.ok(
      card.includes(`${Number(images).toLocaleString('en-US')} drawn images of ${characters} generated`),
    );
    assert.match(card, /measured on faces +\| \*\*nowhere\*\*/);
  });

  it('names most expressions of characters that it was not trained on', async () => {
    const settings = toSampleSettings({ clipsPerCell: 1, framesPerClip: 3 });
    const frames = planSample({ ...settings, characters: CHARACTERS.slice(0, 2) });
    const apexes = frames.filter(({ frame }) => frame === 1);
    const names = apexes.map((_, index) => path.join(folder(), `${String(index).padStart(2, '0')}.png`));
    for (const [index, { moment }] of apexes.entries())
      fs.writeFileSync(names[index], await renderPng(renderSvg(moment)));
    const results = await predictPictures(names);
    const right = results.filter(
      (result, index) => !isUnread(result) && result.faces[0]?.likeliest === apexes[index].emotion,
    );
    assert.equal(results.length, 2 * EMOTIONS.length);
    assert.ok(right.length >= 11, `${right.length} of ${results.length}`);
  });
});
