import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { projectRoot } from '../../lib/files/project';
import { type InputPredictor, loadInputPredictor } from '../../lib/predict/input-predictor';
import { expandInputs } from '../../lib/predict/inputs';
import type { LookedAt } from '../../lib/predict/predict-inputs';
import { PHOTO_FOLDER, portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';

const GROUP = path.join(PHOTO_FOLDER, 'sample1.jpg');

describe('loadInputPredictor', function () {
  this.timeout(240_000);
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);

  /** Writes small cropped faces and what is no picture; more of them than fit into one job of a process. */
  async function writeCrops(count: number): Promise<void> {
    const crops = await Promise.all(
      [0, 1, 2].map(async (index) =>
        sharp(await portraitPng(index))
          .resize(48, 48)
          .png()
          .toBuffer(),
      ),
    );
    const names = Array.from({ length: count }, (_, index) => `crops/${String(index).padStart(3, '0')}.png`);
    writeFiles(
      folder(),
      Object.fromEntries(names.map((name, index) => [name, index % 10 === 9 ? 'none' : crops[index % 3]])),
    );
  }

  it('gives the same answers in the same order from one process and from several, to the last bit', async () => {
    await writeCrops(20);
    writeFiles(folder(), { 'portrait.png': await portraitPng(3) });
    const names = [at('crops'), at('missing.png'), ...Array<string>(16).fill(at('portrait.png')), GROUP];
    for (const [files, options] of [
      [names.slice(0, 2), { cropped: true }],
      [names.slice(2), {}],
    ] as const) {
      const inputs = await expandInputs(files);
      const [alone, together] = await Promise.all([1, 2].map((count) => loadInputPredictor(options, count)));
      const predict = async (predictor: InputPredictor, shouldStop?: (count: number) => boolean) => {
        const all: Omit<LookedAt, 'image'>[] = [];
        const answers = predictor.predict(inputs, { shouldStop: () => shouldStop?.(all.length) ?? false });
        for await (const { result, input } of answers) all.push({ result, input });
        return all;
      };
      const all = await predict(alone);
      assert.deepEqual(
        all.map(({ input }) => input),
        [...inputs.keys()],
      );
      assert.deepEqual(await predict(together), all);
      assert.equal(together.classifier.name, alone.classifier.name);
      // Asked to stop, it ends between two answers, and can be asked again.
      assert.deepEqual(await predict(together, (count) => count === 5), all.slice(0, 5));
      assert.deepEqual(await predict(together), all);
      [alone, together].forEach((predictor) => predictor.dispose());
    }
  });

  it('tells what keeps the processes from loading', async () => {
    await assert.rejects(loadInputPredictor({ model: 'no.safetensors' }, 2), /no\.safetensors.*ENOENT/);
  });

  it('goes on after the command and its processes were killed, and writes the same file', async () => {
    await writeCrops(100);
    const start = (output: string) => {
      const args = ['predict', '--cropped', '--workers', '2', '-f', 'csv', '-o', at(output), at('crops')];
      return spawn(process.execPath, ['--import', 'tsx', 'lib/cli.ts', ...args], {
        cwd: projectRoot(),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    };
    const finish = async (output: string) => {
      const child = start(output);
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      // Some of the files are no pictures.
      assert.deepEqual(await once(child, 'close'), [1, null], said);
      return said;
    };
    const part = at('killed.csv.part');
    const killed = start('killed.csv');
    const closed = once(killed, 'close');
    while (!fs.existsSync(part) || fs.readFileSync(part, 'utf8').split('\n').length < 20) await wait(5);
    const workers = execFileSync('ps', ['-o', 'pid=', '--ppid', String(killed.pid)], { encoding: 'utf8' });
    killed.kill('SIGKILL');
    // Its standard error is closed by the last of its processes.
    await closed;
    assert.ok(workers.trim().split('\n').length >= 2, 'there were two processes');
    assert.match(await finish('killed.csv'), /going on after \d+ of 100 inputs/);
    await finish('whole.csv');
    assert.equal(fs.readFileSync(at('killed.csv'), 'utf8'), fs.readFileSync(at('whole.csv'), 'utf8'));
    assert.ok(!fs.existsSync(part));
  });
});
