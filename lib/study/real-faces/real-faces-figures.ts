import type { BlockSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import { type Estimate, type GroupedEstimate, wilsonInterval } from '../../core/intervals';
import { majorityWinner } from '../../core/votes';
import { confusionChart } from '../../figures/class-charts';
import { intervalChart } from '../../figures/estimate-charts';
import type { ChartFigure, PictureFigure } from '../../figures/figure';
import { overlayMap } from '../../figures/images';
import { sampleSheet } from '../../figures/sheets';
import { PICTURE_SIDES, picturesOf } from '../../model/training/data';
import { calibrateFirst } from './calibrated-answers';
import type { RealFacesArchive } from './real-faces-archive';
import { REAL_FACES_NAMES, type RealFacesModel } from './models';
import type { RealFacesSummary } from './real-faces-summary';
import { calibrationChart, coverageChart } from '../probabilities';

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

/** Charts the recall of each expression for five models: each block, both blocks, the whole face, and all three. */
export function recallChart({ models }: RealFacesSummary): ChartFigure {
  const shown = ['eyes', 'mouth', 'compact', 'face', 'blocksAndFace'] as const;
  const rows = EMOTIONS.flatMap((emotion, id) =>
    shown.flatMap((model): GroupedEstimate[] => {
      const row = models[model]?.strict7.matrix[id];
      if (!row) return [];
      const count = row.reduce((sum, cell) => sum + cell, 0);
      const estimate = wilsonInterval(row[id], count);
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
  return calibrationChart(calibrateFirst(archive, model), 'Confidence and accuracy on real faces');
}

/** Charts the risk-coverage curves of models. */
export function realFacesRisk(archive: RealFacesArchive, models: readonly RealFacesModel[]): ChartFigure {
  return coverageChart(
    models.map((model) => [REAL_FACES_NAMES[model], calibrateFirst(archive, model).after]),
  );
}

/** Charts the study by the names of the figures' files. */
export function chartRealFaces(archive: RealFacesArchive, summary: RealFacesSummary) {
  const best = archive.runs.carried ? 'carried' : 'blocksAndFace';
  return {
    accuracy: realFacesChart(summary),
    recall: recallChart(summary),
    reliability: realFacesReliability(archive, best),
    risk_coverage: realFacesRisk(archive, [best]),
    confusion: confusionChart(summary.models[best]!.strict7.matrix, {
      title: `Confusion matrix on real faces: ${REAL_FACES_NAMES[best]}`,
    }),
  };
}

/** Minimum number of faces in an average, so that no person can be recognised. */
const FEWEST_FACES = 100;

/**
 * Averages pictures of faces.
 * @param pixels grey levels, [n, area], 0 to 255
 * @param faces positions, at least 100
 * @returns grey levels, [area]
 * @throws RangeError for fewer faces
 */
export function averagePictures(pixels: Uint8Array, area: number, faces: readonly number[]): Uint8Array {
  if (faces.length < FEWEST_FACES)
    throw new RangeError(
      `Expected at least ${FEWEST_FACES} faces for an average but received ${faces.length}`,
    );
  const sums = new Float64Array(area);
  for (const face of faces) for (let at = 0; at < area; at++) sums[at] += pixels[face * area + at];
  return Uint8Array.from(sums, (sum) => Math.round(sum / faces.length));
}

/**
 * Draws the average face and the two average blocks of each expression.
 * @param blocks with whole faces and votes
 * @param training positions of the training faces; those with a majority label count
 * @throws RangeError for an expression with fewer than 100 faces
 */
export async function averageFacesFigure(
  blocks: BlockSet,
  training: readonly number[],
): Promise<PictureFigure> {
  const cells = EMOTIONS.flatMap((emotion) => {
    const own = training.filter((face) => majorityWinner(blocks.records[face].votes ?? []) === emotion);
    return Object.entries({
      'whole face': 'face',
      'eyes block': 'eyes',
      'mouth block': 'mouth',
    } as const).map(([character, input]) => {
      const average = averagePictures(picturesOf(blocks, input), PICTURE_SIDES[input] ** 2, own);
      return { image: overlayMap(average, new Uint8Array(average.length)), character, emotion };
    });
  });
  return sampleSheet(cells, {
    title: 'The average face of each expression, and what the two blocks keep of it',
    subtitle: 'Means over all training photographs of FER+ with that majority label, at least 100 faces each',
    cellPx: 96,
  });
}
