import {
  expectedCalibrationError,
  reliabilityBins,
  riskCoverage,
  type LabelledProbabilities,
  fitTemperature,
  scaleByTemperature,
} from '../../core/calibration';
import { emotionId, EMOTIONS } from '../../core/emotions';
import { reliabilityChart, riskChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { unpackProbabilities } from '../packed-files';
import type { Evidence, EvidenceRun } from './archive';
import { PROTOCOL_NAMES, PROTOCOLS, type Protocol } from './splits';

/** Calibration before and after temperature scaling, one temperature a fold. */
interface Calibration {
  readonly before: LabelledProbabilities;
  readonly after: LabelledProbabilities;
  /** Expected calibration error, ten bins. */
  readonly eceBefore: number;
  readonly eceAfter: number;
  /** One a fold, fitted on its validation set. */
  readonly temperatures: readonly number[];
}

/**
 * Unpacks the probabilities of a run for the found faces of one part of its split.
 * @throws RangeError when their number is not that of the found faces
 */
export function gatherProbabilities(
  { records, splits }: Evidence,
  run: EvidenceRun,
  side: 'validation' | 'test',
): LabelledProbabilities & { readonly labels: Uint8Array } {
  const probabilities = unpackProbabilities(side === 'test' ? run.probabilities : run.validation);
  const positions = splits.get(run.split)![side];
  // Test frames without a found face have no probabilities; their answer is `-`.
  const found = side === 'test' ? positions.filter((_, row) => run.answers[row] !== '-') : positions;
  if (EMOTIONS.length * found.length !== probabilities.length) {
    const expected = `${EMOTIONS.length * found.length} probabilities`;
    throw new RangeError(`Expected ${expected} for ${run.split} but received ${probabilities.length}`);
  }
  return {
    probabilities,
    labels: Uint8Array.from(found, (position) => emotionId(records[position].emotion)),
  };
}

/**
 * Calibrates a model under one split protocol: one temperature a fold, fitted on its validation set.
 * @param model one with stored probabilities: `tergat` or `compact`
 */
export function calibrateModel(evidence: Evidence, protocol: Protocol, model: string): Calibration {
  const runs = evidence.runs.protocols.filter(
    (run) =>
      run.model === model &&
      evidence.splits.get(run.split)!.protocol === protocol &&
      run.probabilities !== '',
  );
  const folds = runs.map((run) => {
    const validation = gatherProbabilities(evidence, run, 'validation');
    const temperature = fitTemperature(validation.probabilities, validation.labels);
    const { probabilities, labels } = gatherProbabilities(evidence, run, 'test');
    return {
      temperature,
      labels,
      before: probabilities,
      after: scaleByTemperature(probabilities, temperature),
    };
  });
  const labels = folds.flatMap((fold) => Array.from(fold.labels));
  const join = (part: 'before' | 'after') => ({
    probabilities: Float32Array.from(folds.flatMap((fold) => [...fold[part]])),
    labels,
  });
  const [before, after] = [join('before'), join('after')];
  return {
    before,
    after,
    eceBefore: expectedCalibrationError(before),
    eceAfter: expectedCalibrationError(after),
    temperatures: folds.map(({ temperature }) => temperature),
  };
}

/** Charts the reliability diagram on left-out characters, before and after temperature scaling. */
export function reliabilityFigure(evidence: Evidence, model: string): ChartFigure {
  const { before, after } = calibrateModel(evidence, 'characters', model);
  return reliabilityChart(
    { before: reliabilityBins(before), 'after one temperature': reliabilityBins(after) },
    { title: 'Confidence and accuracy on left-out characters' },
  );
}

/** Charts the risk-coverage curve under every split protocol. */
export function riskFigure(evidence: Evidence, model: string): ChartFigure {
  const curves = PROTOCOLS.map((protocol) => [
    PROTOCOL_NAMES[protocol],
    riskCoverage(calibrateModel(evidence, protocol, model).after),
  ]);
  return riskChart(Object.fromEntries(curves) as Parameters<typeof riskChart>[0], {
    title: 'Leaving unsure answers out',
  });
}
