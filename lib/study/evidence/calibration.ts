import {
  expectedCalibrationError,
  reliabilityBins,
  riskCoverage,
  type LabelledProbabilities,
} from '../../core/calibration';
import { emotionId } from '../../core/emotions';
import { fitTemperature, scaleByTemperature } from '../../core/temperature';
import { reliabilityChart, riskChart } from '../../figures/estimate-charts';
import type { ChartFigure } from '../../figures/figure';
import { unpackProbabilities } from '../packed-files';
import type { Evidence, EvidenceRun } from './archive';
import { PROTOCOL_NAMES, PROTOCOLS, type Protocol } from './splits';

/** How well confidence fits accuracy, before and after one temperature a fold. */
export interface Calibration {
  readonly before: LabelledProbabilities;
  readonly after: LabelledProbabilities;
  /** Expected calibration error of ten bins. */
  readonly eceBefore: number;
  readonly eceAfter: number;
  /** Of each fold, fitted on its validation side only. */
  readonly temperatures: readonly number[];
}

/**
 * Gathers the probabilities that a run gave to the found faces of one side.
 * @throws RangeError when they are not those of the side's found faces
 */
export function gatherProbabilities(
  { records, splits }: Evidence,
  run: EvidenceRun,
  side: 'validation' | 'test',
): LabelledProbabilities & { readonly labels: Uint8Array } {
  const probabilities = unpackProbabilities(side === 'test' ? run.probabilities : run.validation);
  const positions = splits.get(run.split)![side];
  // Missed frames have no probabilities; of the test side the answers tell which they are.
  const found = side === 'test' ? positions.filter((_, row) => run.answers[row] !== '-') : positions;
  if (7 * found.length !== probabilities.length) {
    const expected = `${7 * found.length} probabilities`;
    throw new RangeError(`Expected ${expected} for ${run.split} but received ${probabilities.length}`);
  }
  return {
    probabilities,
    labels: Uint8Array.from(found, (position) => emotionId(records[position].emotion)),
  };
}

/**
 * Calibrates a model under one split protocol: a temperature a fold, fitted on that fold's validation side.
 * @param model one whose probabilities are kept: `tergat` or `compact`, of seed 1
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

/** Charts how well confidence fits accuracy on left-out characters, before and after one temperature. */
export function reliabilityFigure(evidence: Evidence, model: string): ChartFigure {
  const { before, after } = calibrateModel(evidence, 'characters', model);
  return reliabilityChart(
    { before: reliabilityBins(before), 'after one temperature': reliabilityBins(after) },
    { title: 'Confidence and accuracy on left-out characters' },
  );
}

/** Charts risk against coverage under every split protocol. */
export function riskFigure(evidence: Evidence, model: string): ChartFigure {
  const curves = PROTOCOLS.map((protocol) => [
    PROTOCOL_NAMES[protocol],
    riskCoverage(calibrateModel(evidence, protocol, model).after),
  ]);
  return riskChart(Object.fromEntries(curves) as Parameters<typeof riskChart>[0], {
    title: 'Leaving unsure answers out',
  });
}
