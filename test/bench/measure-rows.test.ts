import assert from 'node:assert/strict';
import path from 'node:path';
import { stepFlops } from '../../bench/arithmetic';
import type { BenchRow, MissingRow } from '../../bench/bench-file';
import { startProgram, type RunningProgram } from '../../bench/start-program';
import type { ProgramPool } from '../../bench/pool';
import { chooseRows } from '../../bench/comparisons';
import { runRows } from '../../bench/measure-rows';

describe('stepFlops', () => {
  it('counts 28 GFLOP for a step of TerGat on 64 pairs', () => {
    assert.equal(Math.round(stepFlops(64) / 1e9), 28);
  });

  it('counts a network worked by hand', () => {
    const sizes = {
      blockSize: 2,
      filters: [1, 1],
      branch: [1, 1],
      latent: 1,
      head: [1, 1],
      classes: 1,
      dropout: 0,
    } as const;
    // A branch: 36 in either convolution, 3 in its layers; the head: 2 + 1 + 1. The first convolution twice, the rest thrice.
    assert.equal(stepFlops(1, sizes), 2 * (2 * (2 * 36 + 3 * (36 + 3)) + 3 * 4));
  });
});

describe('chooseRows', () => {
  it('has every comparison that was asked for', () => {
    const names = new Set(chooseRows(undefined).rows.map(({ name }) => name));
    const wanted = ['tfjs-stock', 'tfjs-onednn', 'pytorch', 'pytorch-fused', 'keras', 'limit'].map(
      (peer) => `tergat-step/${peer}`,
    );
    const others = [
      'tergat-eval/pytorch',
      'preprocess/dlib-one',
      'preprocess/dlib-all',
      'wasm-step/wasm-stock',
      'wasm-step/native-stock',
      'compact-step/tergat',
      'predict/face-api-portraits',
      'predict/face-api-groups',
      'predict/video',
      'predict/one-cold',
      'predict/one-warm',
    ];
    assert.deepEqual(
      [...wanted, ...others].filter((name) => !names.has(name)),
      [],
    );
  });

  it('chooses by a whole name or by what stands before the slash', () => {
    const chosen = chooseRows(['wasm-step', 'tergat-step/keras', 'steady-tergat']);
    const names = [...chosen.rows, ...chosen.leakTests].map(({ name }) => name);
    assert.deepEqual(names, [
      'tergat-step/keras',
      'wasm-step/wasm-stock',
      'wasm-step/native-stock',
      'steady-tergat',
    ]);
  });

  it('leaves out the long training of TerGat unless it is named', () => {
    assert.deepEqual(
      chooseRows(undefined).leakTests.map(({ name }) => name),
      ['steady'],
    );
  });

  it('refuses a name that chooses nothing', () => {
    assert.throws(
      () => chooseRows(['tergat']),
      /Expected one of tergat-step\/tfjs-stock, .* but received tergat/,
    );
  });
});

describe('runRows', () => {
  it('measures what it can, tells what is missing, and leaves no process', async () => {
    const kept: string[][] = [];
    const living = new Set<RunningProgram>();
    const pool: ProgramPool = {
      versions: {},
      get: async (name) => {
        if (name === 'keras') throw new Error('the peers are not installed');
        const seconds = name === 'tergat' ? '2' : '5';
        const command = [process.execPath, path.join(__dirname, 'fake-program.cjs'), seconds];
        const program = await startProgram({ label: name, command });
        living.add(program);
        return program;
      },
      keep: async (names) => {
        kept.push([...names]);
        if (names.length > 0) return;
        for (const program of living) await program.close();
      },
    };
    const rows: BenchRow[] = [];
    const missing: MissingRow[] = [];
    const choice = chooseRows(['tergat-step/keras', 'tergat-step/pytorch-fused']);
    await runRows({
      ...choice,
      pool,
      runs: 1,
      onRow: (row) => rows.push(row),
      onMissing: (row) => missing.push(row),
    });
    assert.deepEqual(
      rows.map(({ name, ours, peer, ratio }) => ({ name, ours, peer, ratio })),
      [
        { name: 'tergat-step/pytorch-fused', ours: 2000, peer: 5000, ratio: 2.5 },
        { name: 'tergat-memory/pytorch-fused', ours: 40, peer: 40, ratio: 1 },
      ],
    );
    assert.deepEqual(missing, [{ name: 'tergat-step/keras', reason: 'the peers are not installed' }]);
    assert.deepEqual(kept, [['tergat', 'keras'], [], [], []]);
  });
});
