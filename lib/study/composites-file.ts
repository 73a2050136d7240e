import { wilsonInterval } from '../core/intervals';

/** How many faces of one size were pasted into pictures of one size, and what was found of them. */
export interface CompositeRow {
  /** Pixels of the picture. */
  readonly width: number;
  readonly height: number;
  /** Pixels from brows to chin, or across where a face is wider. */
  readonly faceSize: number;
  readonly faces: { readonly drawn: number; readonly photographed: number };
  readonly found: { readonly drawn: number; readonly photographed: number };
  /** Median seconds that a picture took, decoding included. */
  readonly secondsPerPicture: number;
}

/** What detection makes of composites: results/reference/composites.json. */
export interface CompositesFile {
  readonly cores: number;
  readonly pictures: readonly CompositeRow[];
  /** Pictures without a face, and the faces that were found in them. */
  readonly textures: {
    readonly pictures: number;
    readonly falseFinds: number;
    readonly secondsPerPicture: number;
  };
}

/** Gives the share of a row's faces that was found, 0 to 1, with its interval. */
export function recallOf({ faces, found }: CompositeRow) {
  return wilsonInterval(found.drawn + found.photographed, faces.drawn + faces.photographed);
}

/**
 * Writes the file as a table.
 * @param file undefined: nothing was measured, which the text then says
 */
export function compositesToMarkdown(file: CompositesFile | undefined): string {
  if (!file)
    return '**Not measured yet**: `npm run reference -- composites` measures it and writes the table here.';
  const { pictures, textures } = file;
  const rows = pictures.map((row) => {
    const { value, low, high } = recallOf(row);
    const [recall, from, to] = [value, low, high].map((share) => (100 * share).toFixed(0));
    return `| ${row.width}x${row.height} | ${row.faceSize} | ${recall} % (${from} to ${to}) | ${row.secondsPerPicture.toFixed(2)} |`;
  });
  return [
    '| picture | face in pixels, brows to chin | found | seconds a picture |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    '',
    `In ${textures.pictures} textures without a face, ${textures.falseFinds} were found.`,
  ].join('\n');
}
