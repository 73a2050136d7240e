import { curveChart } from '../../figures/estimate-charts';
import type { ChartFigure, PictureFigure } from '../../figures/figure';
import { overlayMap } from '../../figures/images';
import { sampleSheet } from '../../figures/sheets';
import type { deletionAnswers } from './answers';
import { accuracyBy } from './answers';
import type { AttributionMap, Evidence, DeletionResult } from './archive';
import { MAPPED_SPLIT } from './attribution';

/** Display names of the attribution methods. */
const METHOD_NAMES: Readonly<Record<DeletionResult['mark'], string>> = {
  gradients: 'Grad-CAM',
  occlusion: 'occlusion',
  random: 'at random',
};

const MODEL_TITLES: Readonly<Record<string, string>> = { compact: 'the compact network', tergat: 'TerGat' };

/** Formats the order of deletion. */
export function nameOrder({ mark, first }: Pick<DeletionResult, 'mark' | 'first'>): string {
  return mark === 'random' ? METHOD_NAMES.random : `${first} important first (${METHOD_NAMES[mark]})`;
}

/**
 * Charts the deletion test: accuracy by the deleted share of pixels, one curve an order.
 * @param answers of one model under one split protocol
 */
export function deletionFigure(answers: ReturnType<typeof deletionAnswers>): ChartFigure {
  const [{ model, protocol }] = answers;
  const rows = [...new Set(answers.map(nameOrder))].flatMap((order) =>
    accuracyBy(
      answers.filter((answer) => nameOrder(answer) === order),
      { label: ({ share }) => share, group: nameOrder },
    ),
  );
  const split = protocol === 'clips' ? 'split by clips' : 'characters left out';
  return curveChart(rows, {
    title: `Removing what ${MODEL_TITLES[model]} is said to look at (${split})`,
    xAxis: "Share of both blocks' pixels that take their block's mean",
    xFormat: '.0%',
  });
}

/** Draws the mean attribution maps of each expression; undefined if they were not computed. */
export async function attributionFigure(
  { attribution }: Evidence,
  model: 'compact' | 'tergat' | 'learned',
): Promise<PictureFigure | undefined> {
  const maps = attribution.find((run) => run.model === model && run.split === MAPPED_SPLIT)?.maps ?? [];
  const faces = maps
    .filter(({ of }) => of !== 'picture')
    .map((map) => ({
      image: overlayMap(readBytes(findPicture(maps, map)), readBytes(map)),
      character: nameMap(map),
      emotion: map.emotion,
    }));
  if (faces.length === 0) return undefined;
  const [map, counts] = model === 'learned' ? ['Mean map', 'passes'] : ['Mean', 'it counts'];
  return sampleSheet(faces, {
    title:
      model === 'learned'
        ? 'Where learned attention lets its branches look'
        : `Where ${MODEL_TITLES[model]} looks`,
    subtitle: `${map} over the test faces of each expression, split by clips; the more orange, the more ${counts}`,
    cellPx: 80,
  });
}

/** Finds the mean picture that a map is drawn over: of the same part, or the only one. */
function findPicture(maps: readonly AttributionMap[], { part, emotion }: AttributionMap): AttributionMap {
  const pictures = maps.filter((map) => map.of === 'picture' && map.emotion === emotion);
  return pictures.find((picture) => picture.part === part) ?? pictures[0];
}

function nameMap({ of, part }: AttributionMap): string {
  return of === 'gradients' || of === 'occlusion' ? `${part}, ${METHOD_NAMES[of]}` : `${part} map`;
}

function readBytes({ values }: AttributionMap): Uint8Array {
  return new Uint8Array(Buffer.from(values, 'base64'));
}
