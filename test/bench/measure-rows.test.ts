import assert from 'node:assert/strict';
import path from 'node:path';
import type { BenchRow, MissingRow } from '../../bench/bench-results';
import { startProgram, type RunningProgram } from '../../bench/start-program';
import { stepFlops } from '../../bench/programs/matrix-products';
import { chooseRows } from '../../bench/comparisons';
import { chooseCount, measureInTurn, runRows } from '../../bench/measure-rows';

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
  it('has every comparison that docs/benchmarks.md explains', () => {
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
    const calls: string[] = [];
    const start = async (name: string) => {
      if (name === 'keras') throw new Error('the peers are not installed');
      const command = [
        process.execPath,
        path.join(__dirname, 'fake-program.cjs'),
        name === 'tergat' ? '2' : '5',
      ];
      const program = await startProgram({ label: name, command });
      calls.push(`${name} starts`);
      return { ...program, close: () => program.close().then(() => void calls.push(`${name} ends`)) };
    };
    const results: (BenchRow | MissingRow)[] = [];
    const choice = chooseRows(['tergat-step/keras', 'tergat-step/pytorch-fused']);
    await runRows({ ...choice, start, runs: 1 }, (row) => results.push(row));
    assert.deepEqual(
      results.map((row) => ('reason' in row ? row : [row.name, row.ours, row.peer, row.ratio])),
      [
        ['tergat-step/pytorch-fused', 2000, 5000, 2.5],
        ['tergat-memory/pytorch-fused', 40, 40, 1],
        { name: 'tergat-step/keras', reason: 'the peers are not installed' },
      ],
    );
    // The first row's program is still there for the second, until its peer turns out to be missing.
    assert.deepEqual(calls, ['pytorchFused starts', 'tergat starts', 'pytorchFused ends', 'tergat ends']);
  });
});

describe('measureInTurn', () => {
  const fakeProgram = (label: string, seconds: number, calls: string[] = []): RunningProgram => ({
    label,
    ready: { ready: true },
    run: async (count) => {
      calls.push(`${label} begins`);
      await Promise.resolve();
      calls.push(`${label} ends`);
      return { seconds: seconds * count, peakMb: 1 };
    },
    close: async () => {},
  });

  it('gives the seconds of a unit of each program, as many as there are runs', async () => {
    const programs = [fakeProgram('a', 0.25), fakeProgram('b', 4)];
    const sides = await measureInTurn(programs, { runs: 2, warmUps: 1, restMs: 0 });
    // Two seconds a run are eight units of the first and one of the second.
    assert.deepEqual(
      sides.map(({ seconds, last }) => [seconds, last?.seconds]),
      [
        [[0.25, 0.25], 2],
        [[4, 4], 4],
      ],
    );
  });

  it('alternates which program begins, and never runs two at a time', async () => {
    const calls: string[] = [];
    const programs = [fakeProgram('a', 3, calls), fakeProgram('b', 3, calls)];
    await measureInTurn(programs, { runs: 2, warmUps: 0, restMs: 0 });
    const expected = ['a', 'b', 'b', 'a'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    assert.deepEqual(calls, expected);
  });
});

describe('chooseCount', () => {
  it('fills two seconds with whole units, at least one and at most 32', () => {
    assert.deepEqual([chooseCount(0.4), chooseCount(24), chooseCount(0.001)], [5, 1, 32]);
  });
});
