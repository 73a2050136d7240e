import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRandom } from '../../lib/core/random';
import { projectRoot } from '../../lib/files/project';
import { portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const KILLS = 20;
const FRAMES = 36;
const SEED = 7;

/** What a child told when it was left alone. */
interface Finished {
  readonly operations: number;
  readonly milliseconds: number;
}

const hashOf = (file: string) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

describe('making a store, killed again and again', function () {
  this.timeout(900000);
  let folder: string;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kill-'));
    fs.mkdirSync(path.join(folder, 'data'));
    for (let index = 0; index < FRAMES; index++)
      fs.writeFileSync(path.join(folder, 'data', `${100 + index}.png`), await portraitPng(index, 128));
    fs.writeFileSync(path.join(folder, 'data', '100.png'), 'no picture');
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  function runChild(unit: string, limit: number) {
    const child = path.join(__dirname, 'make-store-child.ts');
    const args = ['--require', require.resolve('tsx/cjs'), child, folder, unit, String(limit)];
    return spawnSync(process.execPath, args, { encoding: 'utf8' });
  }

  /** Runs until the end or the kill. @returns undefined when it was killed */
  function run(unit: 'op' | 'ms' | 'never', limit = 0): Finished | undefined {
    const { signal, stdout, stderr } = runChild(unit, limit);
    if (signal === 'SIGKILL') return undefined;
    assert.ok(stdout, stderr);
    return JSON.parse(stdout) as Finished;
  }

  /** The hash of every file of cache and store. What a killed run left aside is no part of them. */
  function contents(): Map<string, string> {
    const folders = ['cache', 'store'].filter((name) => fs.existsSync(path.join(folder, name)));
    const files = folders.flatMap((name) =>
      fs.readdirSync(path.join(folder, name)).map((file) => path.join(name, file)),
    );
    const whole = files.filter((file) => !file.endsWith('.part')).sort();
    return new Map(whole.map((file) => [file, hashOf(path.join(folder, file))]));
  }

  const clean = () => {
    for (const name of ['cache', 'store'])
      fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  };

  it(`gives the undisturbed run's bytes after ${KILLS} SIGKILLs at random points`, () => {
    const undisturbed = run('never')!;
    const wanted = contents();
    assert.equal(wanted.size, 3 + 2, 'three shards, a store and a table');
    clean();
    const random = createRandom(SEED);
    const points: string[] = [];
    for (let kills = 0; kills < KILLS;) {
      const unit = kills % 4 === 3 ? 'ms' : 'op';
      const most = unit === 'op' ? undisturbed.operations : undisturbed.milliseconds;
      const limit = 1 + random.integer(Math.floor(most));
      if (run(unit, limit)) {
        // It came to its end before the point: a round is over.
        assert.deepEqual(contents(), wanted);
        clean();
      } else {
        points.push(`${unit} ${limit}`);
        kills += 1;
      }
    }
    run('never');
    assert.deepEqual(contents(), wanted, points.join(', '));
    assert.equal(points.length, KILLS);
  });

  it('says so when the disk is full, leaves nothing half written, and goes on when there is room', () => {
    const wanted = contents();
    clean();
    for (const point of [6, 14]) {
      const { status, stderr } = runChild('full', point);
      assert.equal(status, 1);
      assert.match(stderr, /Expected to write .* but could not: ENOSPC/);
      for (const [file, hash] of contents()) assert.equal(hash, wanted.get(file), file);
      const left = ['cache', 'store'].filter((name) => fs.existsSync(path.join(folder, name)));
      const parts = left.flatMap((name) => fs.readdirSync(path.join(folder, name)));
      assert.deepEqual(
        parts.filter((name) => name.endsWith('.part')),
        [],
      );
    }
    run('never');
    assert.deepEqual(contents(), wanted);
  });
});

describe('predicting a folder, killed again and again', function () {
  this.timeout(300000);
  const PICTURES = 300;
  const folder = useTemporaryFolder();

  const command = (output: string) => [
    ...['--import', 'tsx', 'lib/cli.ts', 'predict', '--cropped'],
    ...['--format', 'json', '--output', path.join(folder(), output), path.join(folder(), 'pictures')],
  ];

  /** Counts the answers that are kept beside the output; its first line has the settings. */
  const countKept = (output: string) => {
    const part = path.join(folder(), `${output}.part`);
    return fs.existsSync(part) ? fs.readFileSync(part, 'utf8').split('\n').length - 1 : 0;
  };

  async function killAt(answers: number, output: string): Promise<void> {
    const child = spawn(process.execPath, command(output), { cwd: projectRoot(), stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (countKept(output) < answers && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    assert.deepEqual(await ended, [null, 'SIGKILL'], 'it was still running');
  }

  it("gives the undisturbed run's bytes after three SIGKILLs, and answers nothing twice", async () => {
    const pictures: Record<string, Buffer | string> = { 'pictures/000.png': 'no picture' };
    for (let index = 1; index < PICTURES; index++)
      pictures[`pictures/${String(index).padStart(3, '0')}.png`] = await portraitPng(index % 24, 48);
    writeFiles(folder(), pictures);
    const run = (output: string) =>
      spawnSync(process.execPath, command(output), { cwd: projectRoot(), encoding: 'utf8' });
    run('undisturbed.json');
    for (const answers of [40, 120, 200]) await killAt(answers, 'killed.json');
    const kept = countKept('killed.json');
    assert.ok(kept >= 200 && kept < PICTURES, `${kept}`);
    const { stderr } = run('killed.json');
    const [, before] = /continuing after (\d+) of \d+ inputs/.exec(stderr) ?? [];
    assert.ok(Math.abs(Number(before) - kept) <= 1, stderr);
    const [killed, undisturbed] = ['killed.json', 'undisturbed.json'].map((name) =>
      fs.readFileSync(path.join(folder(), name)),
    );
    assert.ok(killed.equals(undisturbed));
    assert.equal((JSON.parse(killed.toString()) as unknown[]).length, PICTURES);
  });
});
