import { expectedCalibrationError, fitTemperature, scaleByTemperature } from '../../core/calibration';
import { emotionId, EMOTIONS } from '../../core/emotions';
import { unpackProbabilities } from '../packed-files';
import type { Evidence, EvidenceRun } from './archive';
import type { Protocol } from './splits';

/**
 * Calibrates a model under one split protocol: one temperature a fold, fitted on its validation set.
 * @param model one with stored probabilities: `tergat` or `compact`
 * @returns labelled probabilities before and after, their expected calibration errors in ten bins, and the temperatures
 * @throws RangeError when the number of a run's probabilities is not that of its found faces
 */
export function calibrateModel(evidence: Evidence, protocol: Protocol, model: string) {
  const runs = evidence.runs.protocols.filter(
    (run) =>
      run.model === model &&
      evidence.splits.get(run.split)!.protocol === protocol &&
      run.probabilities !== '',
  );
  const folds = runs.map((run) => {
    const validation = unpackSide(evidence, run, 'validation');
    const temperature = fitTemperature(validation.probabilities, validation.labels);
    const { probabilities: before, labels } = unpackSide(evidence, run, 'test');
    return { temperature, labels, before, after: scaleByTemperature(before, temperature) };
  });
  const labels = folds.flatMap((fold) => [...fold.labels]);
  const [before, after] = (['before', 'after'] as const).map((part) => ({
    probabilities: Float32Array.from(folds.flatMap((fold) => [...fold[part]])),
    labels,
  }));
  return {
    before,
    after,
    eceBefore: expectedCalibrationError(before),
    eceAfter: expectedCalibrationError(after),
    temperatures: folds.map(({ temperature }) => temperature),
  };
}

/** Unpacks the probabilities of a run for the found faces of one part of its split. */
function unpackSide({ records, splits }: Evidence, run: EvidenceRun, side: 'validation' | 'test') {
  const probabilities = unpackProbabilities(side === 'test' ? run.probabilities : run.validation);
  const positions = splits.get(run.split)![side];
  // Test frames without a found face have no probabilities; their answer is `-`.
  const found = side === 'test' ? positions.filter((_, row) => run.answers[row] !== '-') : positions;
  const expected = EMOTIONS.length * found.length;
  if (expected !== probabilities.length)
    throw new RangeError(
      `Expected ${expected} probabilities for ${run.split} but received ${probabilities.length}`,
    );
  const labels = Uint8Array.from(found, (position) => emotionId(records[position].emotion));
  return { probabilities, labels };
}
