import { SHARD_SIZE } from '../lib/faces/store/shards';
import { formatCount, markdownTable } from '../lib/study/markdown';

/** Rate of the original's face detection on Colab. */
const ORIGINAL_IMAGES_PER_SECOND = 21.4;

/** Upper limits: peak memory at full size over that at 5,000 images, peak memory, loading. */
const AIMS = { memoryRatio: [1.2, ''], peakRssMb: [1500, ' MB'], loadSeconds: [2, ' s'] } as const;

const FER_PLUS_IMAGES_PER_SECOND = 170;

/** Numbers of images and machines for which time and size are computed. */
const COSTED_IMAGES = [1e6, 1e9] as const;
const MANY_MACHINES = 100;

/**
 * Measurements of a synthetic FERG from rendering to tensors: results/reference/scale.json. Times are wall-clock
 * seconds. Memory is that of all processes together in MB (10^6 bytes); shared pages are counted once.
 */
export interface ScaleFile {
  readonly images: number;
  /** Number of cores. */
  readonly cores: number;
  readonly renderSeconds: number;
  readonly preprocessSeconds: number;
  readonly imagesPerSecond: number;
  readonly peakRssMb: number;
  /** Null where fewer images were measured. */
  readonly peakRssMbAt5000: number | null;
  /** The peak of the processes' resident set sizes added up, so that shared pages count several times. */
  readonly peakSummedRssMb: number;
  readonly storeMb: number;
  /** Median of five loads of the store into training tensors. */
  readonly loadSeconds: number;
  /** FER+'s cropped faces, from files to blocks; undefined: not measured. */
  readonly ferPlus?: {
    readonly images: number;
    readonly seconds: number;
    readonly imagesPerSecond: number;
    readonly peakRssMb: number;
  };
}

/** Formats the measurements as a Markdown table with the aims, and computes what other sizes cost. */
export function scaleToMarkdown(scale: ScaleFile): string {
  const { peakRssMb, peakRssMbAt5000, loadSeconds, ferPlus } = scale;
  const ratio = peakRssMbAt5000 && peakRssMb / peakRssMbAt5000;
  const header = [`${formatCount(scale.images)} images, ${scale.cores} cores`, '', 'aim'];
  const original = `the original, on Colab: ${ORIGINAL_IMAGES_PER_SECOND}`;
  const rows = [
    ['rendering', duration(scale.renderSeconds), ''],
    ['from images to store', duration(scale.preprocessSeconds), ''],
    ['images a second', figure(scale.imagesPerSecond), original],
    ['peak memory of all processes, shared pages once, MB', figure(peakRssMb), aim(peakRssMb, 'peakRssMb')],
    ['the same at 5,000 images, MB', peakRssMbAt5000 ? figure(peakRssMbAt5000) : 'not measured', ''],
    ['shared pages counted in each process, MB', figure(scale.peakSummedRssMb), ''],
    [
      'ratio of full size to 5,000',
      ratio?.toFixed(2) ?? 'not measured',
      ratio ? aim(ratio, 'memoryRatio') : '',
    ],
    ['store, MB', figure(scale.storeMb), ''],
    ['loaded into training tensors, s', loadSeconds.toFixed(2), aim(loadSeconds, 'loadSeconds')],
  ];
  if (ferPlus) {
    const name = `FER+'s ${formatCount(ferPlus.images)} cropped faces, images a second`;
    rows.splice(3, 0, [name, figure(ferPlus.imagesPerSecond), `at least ${FER_PLUS_IMAGES_PER_SECOND}`]);
  }
  return [markdownTable(header, rows), costs(scale)].join('\n\n');
}

/** Formats the measurements as a sentence. */
export function scaleToSentence({ images, cores, ferPlus, ...scale }: ScaleFile): string {
  return (
    `Measured on a synthetic FERG of ${formatCount(images)} images and ${cores} cores: from images to blocks ` +
    `${duration(scale.preprocessSeconds)}, ${figure(scale.imagesPerSecond)} images/s; all processes together take ` +
    `${figure(scale.peakRssMb)} MB at most.` +
    (ferPlus
      ? ` FER+'s ${formatCount(ferPlus.images)} cropped faces: ${figure(ferPlus.imagesPerSecond)} images/s.`
      : '')
  );
}

/** Computes times and sizes for other numbers of images. */
function costs({ images, imagesPerSecond, storeMb }: ScaleFile): string {
  const rows = [images, ...COSTED_IMAGES].map((size) => [
    formatCount(size),
    duration(size / imagesPerSecond),
    duration(size / imagesPerSecond / MANY_MACHINES),
    inUnit((size * storeMb * 1e6) / images, 1, { TB: 1e12, GB: 1e9, MB: 1e6 }),
    formatCount(Math.ceil(size / SHARD_SIZE)),
  ]);
  const header = ['images', 'one machine', `${MANY_MACHINES} machines`, 'store', 'shards'];
  const jobs = ((MANY_MACHINES * imagesPerSecond) / SHARD_SIZE).toFixed(0);
  return `**Computed, not measured**, from ${figure(imagesPerSecond)} images a second and machine (${MANY_MACHINES} machines finish ${jobs} jobs a second):\n\n${markdownTable(header, rows)}`;
}

function aim(value: number, name: keyof typeof AIMS): string {
  const [most, unit] = AIMS[name];
  return `at most ${formatCount(most)}${unit}: ${value <= most ? 'reached' : '**not reached**'}`;
}

function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 1000 ? 1 : 0 });
}

/** Formats a time in the largest unit in which it is at least 2. */
function duration(seconds: number): string {
  return inUnit(seconds, 2, { days: 86_400, h: 3600, min: 60, s: 1 });
}

/** @param units from the largest to the smallest, which is used for small values */
function inUnit(value: number, least: number, units: Readonly<Record<string, number>>): string {
  const entries = Object.entries(units);
  const [unit, size] = entries.find(([, one]) => value >= least * one) ?? entries[entries.length - 1];
  return `${figure(value / size)} ${unit}`;
}
