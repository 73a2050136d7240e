import {
  expectedCalibrationError,
  fitTemperature,
  reliabilityBins,
  riskCoverage,
  scaleByTemperature,
} from '../core/calibration';
import { reliabilityChart, riskChart } from '../figures/estimate-charts';
import type { ChartFigure } from '../figures/figure';

/** Answers about n faces: probabilities, [n, 7], and true label ids, [n]. */
export interface LabelledAnswers {
  readonly probabilities: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * Calibrates answers: one temperature a fold, fitted on its validation set.
 * @param binCount bins of the expected calibration errors, default 10
 * @returns the test answers of all folds before and after, their expected calibration errors, and the temperatures
 */
export function calibrateFolds(
  folds: readonly Readonly<Record<'validation' | 'test', LabelledAnswers>>[],
  binCount?: number,
) {
  const temperatures = folds.map(({ validation }) =>
    fitTemperature(validation.probabilities, validation.labels),
  );
  const join = (probabilitiesOf: (fold: number) => Float32Array): LabelledAnswers => ({
    probabilities: Float32Array.from(folds.flatMap((_, fold) => [...probabilitiesOf(fold)])),
    labels: Uint8Array.from(folds.flatMap(({ test }) => [...test.labels])),
  });
  const before = join((fold) => folds[fold].test.probabilities);
  const after = join((fold) => scaleByTemperature(folds[fold].test.probabilities, temperatures[fold]));
  const [eceBefore, eceAfter] = [before, after].map((one) => expectedCalibrationError(one, binCount));
  return { before, after, eceBefore, eceAfter, temperatures };
}

/** Charts the reliability diagram of answers before and after temperature scaling. */
export function calibrationChart(
  { before, after }: Readonly<Record<'before' | 'after', LabelledAnswers>>,
  title: string,
): ChartFigure {
  const series = { before: reliabilityBins(before), 'after one temperature': reliabilityBins(after) };
  return reliabilityChart(series, { title });
}

/** Charts risk-coverage curves. @param curves answers by the curve's name */
export function coverageChart(curves: readonly (readonly [string, LabelledAnswers])[]): ChartFigure {
  const series = curves.map(([name, answers]) => [name, riskCoverage(answers)] as const);
  return riskChart(Object.fromEntries(series), { title: 'Leaving unsure answers out' });
}
