import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRandom } from '../../lib/core/random';
import { portraitPng } from '../faces/photos';

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

  function spawn(unit: string, limit: number) {
    const child = path.join(__dirname, 'make-store-child.ts');
    const args = ['--require', require.resolve('tsx/cjs'), child, folder, unit, String(limit)];
    return spawnSync(process.execPath, args, { encoding: 'utf8' });
  }

  /** Runs until the end or the kill. @returns undefined when it was killed */
  function run(unit: 'op' | 'ms' | 'never', limit = 0): Finished | undefined {
    const { signal, stdout, stderr } = spawn(unit, limit);
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
      const { status, stderr } = spawn('full', point);
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
