import assert from 'node:assert/strict';
import { CHARACTERS } from '../../lib/characters/characters';
import { generateCharacter } from '../../lib/characters/generate-character';
import { measureLuminance } from '../../lib/characters/svg';

const made = Array.from({ length: 400 }, (_, index) => generateCharacter(3, index));

describe('characters', () => {
  it('are six by hand, each with its own name, cut of hair and skin', () => {
    assert.equal(CHARACTERS.length, 6);
    for (const trait of [
      CHARACTERS.map(({ name }) => name),
      CHARACTERS.map(({ hair }) => hair.style),
      CHARACTERS.map(({ skin }) => skin.colour),
    ])
      assert.equal(new Set(trait).size, 6);
  });

  it('can be generated in any number, each with its own name that is valid for a folder', () => {
    assert.equal(new Set(made.map(({ name }) => name)).size, made.length);
    for (const { name } of made) assert.match(name, /^[a-z]+-\d+$/);
  });

  it('are the same for the same seed and index, and others for others', () => {
    assert.deepEqual(generateCharacter(3, 17), made[17]);
    assert.notDeepEqual({ ...generateCharacter(4, 17), name: '' }, { ...made[17], name: '' });
  });

  it('differ: every cut of hair, every beard and both shadings occur', () => {
    assert.deepEqual(
      new Set(made.map(({ hair }) => hair.style)),
      new Set('crop swept spiky receding bald bob long bun pigtails afro scarf'.split(' ')),
    );
    assert.deepEqual(
      new Set(made.map(({ beard }) => beard.style)),
      new Set(['none', 'stubble', 'short', 'goatee']),
    );
    assert.equal(new Set(made.map(({ style }) => style.shading)).size, 2);
  });

  it('have brows and lips that stand out from the skin in grey, and whole colours', () => {
    for (const { name, skin, brows, mouth, hair, clothes } of [...CHARACTERS, ...made]) {
      assert.ok(measureLuminance(skin.colour) - measureLuminance(brows.colour) > 40, `brows of ${name}`);
      assert.ok(measureLuminance(skin.colour) - measureLuminance(mouth.lips) > 20, `lips of ${name}`);
      for (const colour of [skin.colour, skin.blush, brows.colour, hair.colour, mouth.lips, clothes])
        assert.match(colour, /^#[0-9a-f]{6}$/);
    }
  });
});
