import assert from 'node:assert/strict';
import { type BlockIou, scoreTest } from '../../lib/core/metrics';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { buildReport, type ReportParts } from '../../lib/study/report';
import { makeBlockSet } from '../support/blocks';

const score = scoreTest(Uint8Array.of(0, 1, 2), Uint8Array.of(0, 1, 3), 1);
const iou = (mean: number): BlockIou => ({ mean, percentile5: 0.6, worst: { character: 'pia', mean: 0.7 } });
const epoch = {
  trainLoss: 1,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
  seconds: 1,
};

function makeParts(changes: Partial<ReportParts> = {}): ReportParts {
  const records = [0, 1, 2, 3].map((frame) => ({
    path: `pia/pia_joy/${frame}.png`,
    character: 'pia',
    emotion: 'joy' as const,
    frame,
  }));
  const blocks = makeBlockSet(records.slice(1));
  const probabilities = Float32Array.of(0, 0, 0, 1, 0, 0, 0);
  const prediction = { size: 1, labels: Uint8Array.of(3), probabilities, losses: new Float32Array(0) };
  const nearest = { labels: prediction.labels, positions: new Int32Array(1), distances: new Float32Array(1) };
  return {
    experiment: { ...DEFAULT_EXPERIMENT, epochs: 15 },
    engine: { backend: 'wasm', device: 'CPU', oneDnn: false },
    dataset: { name: 'made up', synthetic: true, directory: '/', records, drawn: true, seconds: 2 },
    preprocessing: { blocks, seconds: 3.14 },
    blockQuality: { frames: 4, eyes: iou(0.9), mouth: iou(0.8) },
    split: { name: 'frames', train: [0, 1], validation: [2], test: [3] },
    network: { name: 'TerGat', parameters: new Map() },
    training: { history: [1, 2].map((number) => ({ epoch: number, ...epoch })), bestEpoch: 1, seconds: 1.26 },
    evaluation: {
      scores: { network: score, nearest: score, boxes: score },
      answers: { network: prediction, nearest, boxes: prediction },
      seconds: 0.5,
    },
    ...changes,
  };
}

describe('buildReport', () => {
  it('gives rates of all images, a missed face being an error', () => {
    const report = buildReport(makeParts());
    assert.deepEqual(
      [report.images, report.faces, report.detectionRate, report.accuracyOfFound, report.accuracyOfAll],
      [4, 3, 3 / 4, 2 / 3, 2 / 4],
    );
    assert.deepEqual(report.split, { name: 'frames', train: 2, validation: 1, test: 1 });
    assert.deepEqual(report.seconds, { sample: 2, preprocess: 3.1, train: 1.3, evaluate: 0.5 });
  });

  it('counts the epochs that were trained, not those that were asked for', () => {
    const report = buildReport(makeParts());
    assert.deepEqual([report.epochs, report.bestEpoch, report.experiment.epochs], [2, 1, 15]);
  });

  it("gives the boxes' mean overlap and its tail", () => {
    const { blockIoU, blockIoUTail } = buildReport(makeParts());
    assert.deepEqual(blockIoU, { eyes: 0.9, mouth: 0.8 });
    assert.deepEqual(blockIoUTail?.mouth, { percentile5: 0.6, worst: { character: 'pia', mean: 0.7 } });
  });

  it('gives null where no true landmarks are known', () => {
    const { blockIoU, blockIoUTail } = buildReport(makeParts({ blockQuality: undefined }));
    assert.deepEqual([blockIoU, blockIoUTail], [null, null]);
  });
});
