import fs from 'node:fs';
import path from 'node:path';
import { curveChart, intervalChart, reliabilityChart, riskChart } from '../../report/evidence-charts';
import type { ChartFigure, Figure } from '../../report/figure';
import { saveFigure } from '../../report/figures';
import { reliabilityBins, riskCoverage } from '../../core/calibration';
import type { EvidenceArchive } from './archive';
import { looksFigure, removalFigure, usesFigure } from './attention-figures';
import { ablationRows, GROWTH_SETS, growthRows, ladderRows, STEP_NAMES } from './details';
import { LADDER_STEPS, summarizeCalibration, summarizeEvidence } from './summary';

/** Draws the ladder: every model under every split. */
export function ladderFigure(archive: EvidenceArchive): ChartFigure {
  return intervalChart(ladderRows(archive), {
    title: 'What is kept apart decides the number',
    subtitle: 'Single frames, whole clips or whole characters are dealt out; 95 % intervals over characters',
  });
}

/** Draws the ablation: what a network is shown, by split. */
export function ablationFigure(archive: EvidenceArchive): ChartFigure {
  return intervalChart(ablationRows(archive), {
    title: 'What the number is reached from',
    subtitle: 'Split by frames as the original; with each character left out, where it was run',
  });
}

/** Draws accuracy on characters that training did not see, by how many it saw. */
export function growthFigure(archive: EvidenceArchive, set: keyof typeof GROWTH_SETS): ChartFigure {
  return curveChart(growthRows(archive, set), {
    title: `Accuracy on ${GROWTH_SETS[set]}, by generated characters in training`,
    xAxis: 'Generated characters in training',
    scale: 'log',
  });
}

/** Draws how well confidence fits accuracy, before and after one temperature. */
export function reliabilityFigure(archive: EvidenceArchive, model: string): ChartFigure {
  const { before, after } = summarizeCalibration(archive, 'characters', model);
  return reliabilityChart(
    { before: reliabilityBins(before), 'after one temperature': reliabilityBins(after) },
    { title: 'Confidence and accuracy on left-out characters' },
  );
}

/** Draws risk against coverage under every split. */
export function riskFigure(archive: EvidenceArchive, model: string): ChartFigure {
  const curves = LADDER_STEPS.map((step) => [
    STEP_NAMES[step],
    riskCoverage(summarizeCalibration(archive, step, model).after),
  ]);
  return riskChart(Object.fromEntries(curves) as Parameters<typeof riskChart>[0], {
    title: 'Leaving unsure answers out',
  });
}

/**
 * Saves what is computed from the predictions: evidence.json, and the figures as PNG.
 * @param directory for evidence.json; the figures go to its folder `evidence`
 */
export async function saveEvidence(directory: string, archive: EvidenceArchive): Promise<void> {
  const summary = summarizeEvidence(archive);
  fs.mkdirSync(path.join(directory, 'evidence'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'evidence.json'), `${JSON.stringify(summary, null, 2)}\n`);
  const figures: Record<string, Figure | undefined> = {
    ladder: ladderFigure(archive),
    ablation: ablationFigure(archive),
    growth_generated: growthFigure(archive, 'development'),
    growth_six: growthFigure(archive, 'six'),
    reliability: reliabilityFigure(archive, 'compact'),
    risk_coverage: riskFigure(archive, 'compact'),
    attention: usesFigure(archive),
    removal_clips: removalFigure(archive, { model: 'compact', step: 'clips' }),
    removal_characters: removalFigure(archive, { model: 'compact', step: 'characters' }),
    looks_compact: await looksFigure(archive, 'compact'),
    looks_tergat: await looksFigure(archive, 'tergat'),
    looks_learned: await looksFigure(archive, 'learned'),
  };
  for (const [name, figure] of Object.entries(figures))
    if (figure) await saveFigure(figure, path.join(directory, 'evidence'), name);
}
