import { assembleRow, type BenchFile } from '../../bench/bench-file';

/** A bench with invented figures. */
export const exampleBench: BenchFile = {
  machine: {
    cpu: 'Some CPU',
    cores: 2,
    memoryGb: 8,
    platform: 'linux x64',
    node: 'v20.19.0',
    tensorflow: '2.21.0',
    device: 'CPU',
    loadAtStart: 0.1,
    versions: { tfjs: '4.22.0', TensorFlow: '2.21.0', torch: '2.15.0' },
  },
  rows: [
    assembleRow(
      { name: 'a/b', unit: 'ms a step', note: 'fused' },
      { ours: [400.5, 402, 401], peer: [803, 802, 801] },
    ),
    assembleRow({ name: 'c/d', unit: 's' }, { ours: [12.345], peer: [] }),
  ],
  missing: [{ name: 'e/f', reason: 'the peers are not installed' }],
};
