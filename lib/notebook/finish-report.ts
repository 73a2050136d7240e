import { confusionChart } from '../figures/confusion-chart';
import { nameFigures, saveFigure } from '../figures/figure';
import { buildReport, saveReport, type ReportFile, type ReportParts } from '../study/report/report-file';
import { resultsDirectory } from './start';

/**
 * Saves a report, what its figures are computed from, and the confusion matrix as a figure among the results.
 * @returns the report
 */
export async function finishReport(parts: ReportParts): Promise<ReportFile> {
  const { dataset, split, experiment, evaluation } = parts;
  const directory = resultsDirectory(process.env);
  const report = buildReport(parts);
  saveReport(directory, report, parts);
  const subtitle = `${dataset.name}, split by ${split.name}, test side`;
  await saveFigure(
    confusionChart(evaluation.scores.network.matrix, { subtitle }),
    directory,
    nameFigures(experiment).heatmap,
  );
  return report;
}
