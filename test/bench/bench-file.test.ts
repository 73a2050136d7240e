import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { assembleRow, median, roundTo, saveBench } from '../../bench/bench-file';
import { useTemporaryFolder } from '../support/folder';
import { exampleBench } from './example';

describe('assembleRow', () => {
  const row = { name: 'tergat-step/pytorch', unit: 'ms a step' };

  it('gives a ratio above 1 where ours costs less, from the medians', () => {
    const { ours, peer, ratio, runs, spread } = assembleRow(row, {
      ours: [400, 420, 900],
      peer: [840, 800, 1000],
    });
    assert.deepEqual({ ours, peer, ratio, runs }, { ours: 420, peer: 840, ratio: 2, runs: 3 });
    assert.deepEqual(spread, { ours: [400, 900], peer: [800, 1000] });
  });

  it('gives a ratio under 1 where ours costs more', () => {
    assert.equal(assembleRow(row, { ours: [400], peer: [100] }).ratio, 0.25);
  });

  it('has no ratio without a peer', () => {
    const { peer, ratio, spread } = assembleRow(row, { ours: [7], peer: [] });
    assert.deepEqual(
      { peer, ratio, spread },
      { peer: null, ratio: null, spread: { ours: [7, 7], peer: null } },
    );
  });

  it('has a note only where one is given', () => {
    assert.equal('note' in assembleRow({ ...row, note: '' }, { ours: [1], peer: [] }), false);
    assert.equal(assembleRow({ ...row, note: 'fused' }, { ours: [1], peer: [] }).note, 'fused');
  });
});

describe('saveBench', () => {
  const folder = useTemporaryFolder();

  it('makes the folder and saves the bench as JSON', () => {
    const file = path.join(folder(), 'results', 'bench.json');
    saveBench(exampleBench, file);
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), exampleBench);
  });
});

describe('median', () => {
  it('gives the middle of an odd number of values, whatever their order', () => {
    assert.equal(median([9, 1, 5]), 5);
  });

  it('gives the mean of the two in the middle of an even number', () => {
    assert.equal(median([10, 1, 2, 4]), 3);
  });

  it('does not change its input, and refuses an empty list', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
    assert.throws(() => median([]), /Expected at least 1 number for values but received 0/);
  });
});

describe('roundTo', () => {
  it('keeps significant digits, not decimals', () => {
    assert.deepEqual(
      [roundTo(1234.56), roundTo(0.00123456), roundTo(0), roundTo(2.999, 3)],
      [1235, 0.001235, 0, 3],
    );
  });
});
