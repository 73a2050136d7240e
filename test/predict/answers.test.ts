import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type AnswersOptions, openAnswers } from '../../lib/predict/answers';
import { useTemporaryFolder, writeFiles } from '../support/folder';

describe('openAnswers', () => {
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  const told: string[] = [];
  const options = (changed: Partial<AnswersOptions> = {}): AnswersOptions => ({
    output: at('answers.csv'),
    start: 'start\n',
    sources: ['a.png', 'b.png', 'film.mp4', 'missing.png'].map(at),
    canResume: true,
    settings: 'csv, 0.5',
    tell: (line) => told.push(line),
    ...changed,
  });
  const picture = (input: number, isUnread = false) => ({ input, isUnread });
  const part = () => at('answers.csv.part');

  /** A run that is killed while it answers the film: nothing of it is closed. */
  async function runHalf(): Promise<void> {
    writeFiles(folder(), { 'a.png': 'a', 'b.png': 'b', 'film.mp4': 'film' });
    const answers = await openAnswers(options());
    await answers.write('a\n', picture(0));
    await answers.write('b 행복\n', picture(1, true));
    await answers.write('film at 0 s\n', picture(2));
    await answers.discard();
  }

  async function finishFrom(first: number, changed?: Partial<AnswersOptions>): Promise<string> {
    const answers = await openAnswers(options(changed));
    assert.equal(answers.before.inputs, first);
    const texts = ['a\n', 'b 행복\n', 'film at 0 s\n', 'missing\n'];
    for (let input = first; input < 4; input++) {
      await answers.write(texts[input], picture(input, input === 1 || input === 3));
      if (input === 2) await answers.write('film at 1 s\n', picture(2));
    }
    await answers.finish('end\n');
    await answers.discard();
    assert.deepEqual(fs.existsSync(part()), false);
    return fs.readFileSync(at('answers.csv'), 'utf8');
  }

  const WHOLE = 'start\na\nb 행복\nfilm at 0 s\nfilm at 1 s\nmissing\nend\n';

  it('goes on after the last input that was answered whole, and gives what one run gives', async () => {
    await runHalf();
    assert.equal(fs.existsSync(at('answers.csv')), false);
    const { before, discard } = await openAnswers(options());
    await discard();
    assert.deepEqual([before.inputs, before.pictures, before.unread], [2, 2, 1]);
    assert.equal(await finishFrom(2), WHOLE);
    assert.equal(await finishFrom(0), WHOLE, 'and from the beginning');
  });

  it('looks again at what was cut off, has changed since, or is no longer asked for', async () => {
    await runHalf();
    fs.truncateSync(part(), fs.statSync(part()).size - 3);
    assert.equal(await finishFrom(1), WHOLE);
    await runHalf();
    fs.writeFileSync(at('b.png'), 'another');
    assert.equal(await finishFrom(1), WHOLE);
    await runHalf();
    const { before, discard } = await openAnswers(options({ sources: ['a.png', 'c.png'].map(at) }));
    await discard();
    assert.equal(before.inputs, 1);
  });

  it('begins anew for another command, and says so', async () => {
    await runHalf();
    told.length = 0;
    assert.equal(await finishFrom(0, { settings: 'csv, 0.9' }), WHOLE);
    assert.match(told.join(), /earlier, different command/);
  });

  it('refuses to finish what two runs wrote at a time', async () => {
    const [first, second] = [await openAnswers(options()), await openAnswers(options())];
    for (const answers of [first, second]) {
      await answers.write('a\n', picture(0));
      await answers.write('b\n', picture(1));
    }
    await assert.rejects(first.finish('end\n'), /Expected one run at a time to write .* received several/);
    for (const answers of [first, second]) await answers.discard();
    assert.equal(fs.existsSync(at('answers.csv')), false);
  });

  it('writes to a device or pipe at once, and stores no progress for it', async () => {
    const answers = await openAnswers(options({ output: '/dev/null' }));
    await answers.write('a\n', picture(0));
    await answers.finish('end\n');
    assert.deepEqual([answers.part, fs.existsSync('/dev/null.part')], [undefined, false]);
  });
});
