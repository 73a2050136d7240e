import fs from 'node:fs';
import { SHARD_SIZE } from '../lib/faces/store/shard-plan';
import { formatCount, markdownTable } from '../lib/study/markdown';

/** Faces that the original found in a second, on Colab. */
const ORIGINAL_IMAGES_PER_SECOND = 21.4;

/** What is aimed at: peak memory at full size over that at 5,000 images, peak memory in MB, seconds of loading. */
const AIMS = { memoryRatio: 1.2, peakRssMb: 1500, loadSeconds: 2, ferPlusImagesPerSecond: 170 } as const;

/** What the costs of other sizes are computed for. */
const COSTED_IMAGES = [1e6, 1e9] as const;
const MANY_MACHINES = 100;

/**
 * What a synthetic FERG took from rendering to tensors: results/reference/scale.json. Times are seconds on the wall,
 * memory is of all processes together, in MB (10^6 bytes), with pages that they share counted once. Null: not measured in that run.
 */
export interface ScaleFile {
  readonly images: number;
  /** Cores that the machine offers. */
  readonly cores: number;
  readonly renderSeconds: number | null;
  readonly preprocessSeconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly peakRssMb: number | null;
  readonly peakRssMbAt5000: number | null;
  /** The peak of the processes' resident set sizes added up, so that shared pages count several times. */
  readonly peakSummedRssMb?: number | null;
  readonly storeMb: number;
  /** Median of five loads of the store into training tensors. */
  readonly loadSeconds: number;
  /** FER+'s cropped faces, from files to blocks; absent where nobody measured them. */
  readonly ferPlus?: {
    readonly images: number;
    readonly seconds: number;
    readonly imagesPerSecond: number;
    readonly peakRssMb: number;
  };
}

/** Reads a file of measurements; undefined where there is none yet. */
export function readScale(file: string): ScaleFile | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as ScaleFile) : undefined;
}

/** What texts show in place of figures that nobody has measured yet. */
const MISSING =
  '**Not measured yet**: there is no `results/reference/scale.json`. `npm run reference -- scale` measures it and writes the figures here.';

/**
 * Writes the measurements as a table with the aims beside them, and what they come to for other sizes.
 * @param scale undefined: nothing was measured, which the text then says
 * @returns Markdown
 */
export function scaleToMarkdown(scale: ScaleFile | undefined): string {
  if (!scale) return MISSING;
  const rows = [...timeRows(scale), ...memoryRows(scale), ...loadRows(scale)];
  const table = markdownTable([`${formatCount(scale.images)} images, ${scale.cores} cores`, '', 'aim'], rows);
  return [table, ...costs(scale)].join('\n\n');
}

/** Writes the measurements as a sentence. */
export function scaleToSentence(scale: ScaleFile | undefined): string {
  if (!scale) return MISSING;
  const { images, cores, preprocessSeconds, imagesPerSecond, peakRssMb, ferPlus } = scale;
  return (
    `Measured on a synthetic FERG of ${formatCount(images)} images and ${cores} cores: from images to blocks ` +
    `${minutes(preprocessSeconds)}, ${figure(imagesPerSecond)} images/s; all processes together take ` +
    `${figure(peakRssMb)} MB at most.` +
    (ferPlus
      ? ` FER+'s ${formatCount(ferPlus.images)} cropped faces: ${figure(ferPlus.imagesPerSecond)} images/s.`
      : '')
  );
}

function timeRows({ renderSeconds, preprocessSeconds, imagesPerSecond, ferPlus }: ScaleFile): string[][] {
  return [
    ['rendering', minutes(renderSeconds), ''],
    ['from images to store', minutes(preprocessSeconds), ''],
    ['images a second', figure(imagesPerSecond), `the original, on Colab: ${ORIGINAL_IMAGES_PER_SECOND}`],
    ...(ferPlus
      ? [
          [
            `FER+'s ${formatCount(ferPlus.images)} cropped faces, images a second`,
            figure(ferPlus.imagesPerSecond),
            `at least ${AIMS.ferPlusImagesPerSecond}`,
          ],
        ]
      : []),
  ];
}

function memoryRows({ peakRssMb, peakRssMbAt5000, peakSummedRssMb }: ScaleFile): string[][] {
  const ratio = peakRssMb !== null && peakRssMbAt5000 !== null ? peakRssMb / peakRssMbAt5000 : null;
  return [
    [
      'peak memory of all processes, shared pages once, MB',
      figure(peakRssMb),
      aim(peakRssMb, AIMS.peakRssMb, 'MB'),
    ],
    ['the same at 5,000 images, MB', figure(peakRssMbAt5000), ''],
    ['shared pages counted in each process, MB', figure(peakSummedRssMb), ''],
    [
      'ratio of full size to 5,000',
      ratio === null ? 'not measured' : ratio.toFixed(2),
      aim(ratio, AIMS.memoryRatio),
    ],
  ];
}

function loadRows({ storeMb, loadSeconds }: ScaleFile): string[][] {
  return [
    ['store, MB', figure(storeMb), ''],
    ['loaded into training tensors, s', loadSeconds.toFixed(2), aim(loadSeconds, AIMS.loadSeconds, 's')],
  ];
}

/** What the measured rate and size come to; nothing where the rate was not measured. */
function costs({ images, imagesPerSecond, storeMb }: ScaleFile): string[] {
  if (imagesPerSecond === null) return [];
  const rows = [images, ...COSTED_IMAGES].map((size) => [
    formatCount(size),
    duration(size / imagesPerSecond),
    duration(size / imagesPerSecond / MANY_MACHINES),
    bytes((size * storeMb * 1e6) / images),
    formatCount(Math.ceil(size / SHARD_SIZE)),
  ]);
  const header = ['images', 'one machine', `${MANY_MACHINES} machines`, 'store', 'shards'];
  const jobs = ((MANY_MACHINES * imagesPerSecond) / SHARD_SIZE).toFixed(0);
  return [
    `**Computed, not measured**, from ${figure(imagesPerSecond)} images a second and machine (${MANY_MACHINES} machines finish ${jobs} jobs a second):`,
    markdownTable(header, rows),
  ];
}

function aim(value: number | null, most: number, unit = ''): string {
  const text = `at most ${formatCount(most)}${unit && ` ${unit}`}`;
  if (value === null) return text;
  return value <= most ? `${text}: reached` : `${text}: **not reached**`;
}

function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return 'not measured';
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 1000 ? 1 : 0 });
}

function minutes(seconds: number | null): string {
  return seconds === null ? 'not measured' : duration(seconds);
}

/** Writes a time in the largest unit of which there are two. */
function duration(seconds: number): string {
  const units = [
    ['days', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds >= 2 * length) ?? ['s', 1];
  return `${figure(seconds / size)} ${unit}`;
}

function bytes(size: number): string {
  const units = [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
  ] as const;
  const [unit, length] = units.find(([, one]) => size >= one) ?? ['MB', 1e6];
  return `${figure(size / length)} ${unit}`;
}
