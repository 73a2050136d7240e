import { reliabilityBins, riskCoverage } from '../../core/calibration';
import { EMOTIONS } from '../../core/emotions';
import { type Estimate, type GroupedEstimate, wilsonInterval } from '../../core/intervals';
import { confusionChart } from '../../figures/confusion-chart';
import { intervalChart, reliabilityChart, riskChart } from '../../figures/estimate-charts';
import type { ChartFigure, Figure } from '../../figures/figure';
import { saveFigure } from '../../figures/figures';
import type { RealFacesArchive } from './archive';
import { REAL_FACES_NAMES, type RealFacesModel } from './models';
import { calibrate, chooseLabelled, firstRun } from './answers';
import type { RealFacesSummary } from './summarize';

/** Charts the accuracy of every model on FER+'s test set, with and without the duplicates of training images. */
export function realFacesChart({ models }: RealFacesSummary): ChartFigure {
  const rows = Object.entries(models).flatMap(([model, { strict7, strict7Unique }]): GroupedEstimate[] => {
    const label = REAL_FACES_NAMES[model as RealFacesModel];
    return [
      { label, group: `all ${strict7.n} test images`, estimate: toEstimate(strict7) },
      { label, group: `${strict7Unique.n} without duplicates`, estimate: toEstimate(strict7Unique) },
    ];
  });
  return intervalChart(rows, {
    title: 'Real faces: FER+ test images, majority labels of seven expressions',
    subtitle: 'Wilson intervals, 95 %, each image for itself',
  });
}

function toEstimate({ n, accuracy }: { readonly n: number; readonly accuracy: number }): Estimate {
  const { low, high } = wilsonInterval(Math.round(n * accuracy), n);
  return { value: accuracy, low, high };
}

/** Charts the recall of each expression. */
export function recallChart(
  { models }: RealFacesSummary,
  shown: readonly RealFacesModel[] = ['eyes', 'mouth', 'compact', 'face', 'blocksAndFace'],
): ChartFigure {
  const rows = EMOTIONS.flatMap((emotion) =>
    shown.flatMap((model): GroupedEstimate[] => {
      const summary = models[model];
      if (!summary) return [];
      const row = summary.strict7.matrix[EMOTIONS.indexOf(emotion)];
      const count = row.reduce((sum, cell) => sum + cell, 0);
      const estimate = wilsonInterval(row[EMOTIONS.indexOf(emotion)], count);
      return [{ label: `${emotion} (${count})`, group: REAL_FACES_NAMES[model], estimate }];
    }),
  );
  return intervalChart(rows, {
    title: 'Which block tells which expression',
    subtitle: 'Share of each expression that is found, FER+ test images',
    axis: 'Recall',
  });
}

/** Charts a model's reliability diagram, before and after temperature scaling. */
export function realFacesReliability(archive: RealFacesArchive, model: RealFacesModel): ChartFigure {
  const run = firstRun(archive, model);
  const { answers } = calibrate(archive.faces, run);
  const before = chooseLabelled(archive.faces, run, 'test');
  return reliabilityChart(
    { before: reliabilityBins(before), 'after one temperature': reliabilityBins(answers) },
    { title: 'Confidence and accuracy on real faces' },
  );
}

/** Charts the risk-coverage curves of models. */
export function realFacesRisk(archive: RealFacesArchive, models: readonly RealFacesModel[]): ChartFigure {
  const curves = models.map((model) => {
    const run = firstRun(archive, model);
    return [REAL_FACES_NAMES[model], riskCoverage(calibrate(archive.faces, run).answers)];
  });
  return riskChart(Object.fromEntries(curves) as Parameters<typeof riskChart>[0], {
    title: 'Leaving unsure answers out',
  });
}

/** Charts a model's confusion matrix. */
function realFacesConfusion({ models }: RealFacesSummary, model: RealFacesModel): ChartFigure {
  return confusionChart(models[model]!.strict7.matrix, {
    title: `Confusion matrix on real faces: ${REAL_FACES_NAMES[model]}`,
  });
}

/** Saves the study's charts as PNG and SVG. */
export async function saveRealFacesFigures(
  archive: RealFacesArchive,
  summary: RealFacesSummary,
  directory: string,
): Promise<void> {
  const best = archive.runs.carried ? 'carried' : 'blocksAndFace';
  const figures: Record<string, Figure> = {
    accuracy: realFacesChart(summary),
    recall: recallChart(summary),
    reliability: realFacesReliability(archive, best),
    risk_coverage: realFacesRisk(archive, [best]),
    confusion: realFacesConfusion(summary, best),
  };
  for (const [name, figure] of Object.entries(figures)) await saveFigure(figure, directory, name);
}
