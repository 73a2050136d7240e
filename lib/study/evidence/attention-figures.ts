import { curveChart, intervalChart } from '../../report/evidence-charts';
import type { ChartFigure, PictureFigure } from '../../report/figure';
import { overlayMap } from '../../report/overlay';
import { sampleSheet } from '../../report/sheets';
import type { EvidenceArchive } from './archive';
import { MARK_NAMES, removalRows, useRows, type RemovalChoice } from './attention';
import { DRAWN, type LookMap } from './looks';

/** Draws the uses of the prior under every split. */
export function usesFigure(archive: EvidenceArchive): ChartFigure {
  return intervalChart(useRows(archive), {
    title: 'Five uses of the prior',
    subtitle: 'Compact networks of about as many parameters; 95 % intervals over characters',
  });
}

/** Draws accuracy as marked pixels are removed. */
export function removalFigure(archive: EvidenceArchive, choice: RemovalChoice): ChartFigure {
  const names = { compact: 'the compact network', tergat: 'TerGat' } as Readonly<Record<string, string>>;
  const split = choice.step === 'clips' ? 'split by clips' : 'characters left out';
  return curveChart(removalRows(archive, choice), {
    title: `Removing what ${names[choice.model]} is said to look at (${split})`,
    xAxis: "Share of both blocks' pixels that take their block's mean",
    xFormat: '.0%',
  });
}

/** Draws where a network looks, over mean pictures of each expression; undefined where it was not looked. */
export async function looksFigure(
  { looks }: EvidenceArchive,
  model: 'compact' | 'tergat' | 'learned',
): Promise<PictureFigure | undefined> {
  const maps = looks.find((look) => look.model === model && look.split === DRAWN)?.maps ?? [];
  const faces = maps
    .filter(({ of }) => of !== 'picture')
    .map((map) => ({
      image: overlayMap(readBytes(findPicture(maps, map)), readBytes(map)),
      character: nameMap(map),
      emotion: map.emotion,
    }));
  if (faces.length === 0) return undefined;
  return sampleSheet(faces, { ...TITLES[model], cellPx: 80 });
}

const TITLES = {
  compact: {
    title: 'Where the compact network looks',
    subtitle:
      'Mean over the test faces of each expression, split by clips; the more orange, the more it counts',
  },
  tergat: {
    title: 'Where TerGat looks',
    subtitle:
      'Mean over the test faces of each expression, split by clips; the more orange, the more it counts',
  },
  learned: {
    title: 'Where learned attention lets its branches look',
    subtitle:
      'Mean map over the test faces of each expression, split by clips; the more orange, the more passes',
  },
} as const;

/** The picture below a map: of the same part, or the one that all maps are drawn over. */
function findPicture(maps: readonly LookMap[], { part, emotion }: LookMap): LookMap {
  const pictures = maps.filter((map) => map.of === 'picture' && map.emotion === emotion);
  return pictures.find((picture) => picture.part === part) ?? pictures[0];
}

function nameMap({ of, part }: LookMap): string {
  return of === 'gradients' || of === 'occlusion' ? `${part}, ${MARK_NAMES[of]}` : `${part} map`;
}

function readBytes({ values }: LookMap): Uint8Array {
  return new Uint8Array(Buffer.from(values, 'base64'));
}
