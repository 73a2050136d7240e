import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { saveWhole } from '../files/whole-file';
import { buildHeader, HEADER_FILE, MANIFEST_FILE, toManifestText, type SampleHeader } from './manifest';
import { planSample, toSampleSettings, type FrameSpec, type SampleSettings } from './plan';
import { renderPng, renderSvg } from './render';

/** Settings and folder of a sample. */
export interface SampleOptions extends Partial<SampleSettings> {
  /** A folder that is new, empty, or has a sample; a sample of other settings is replaced. */
  readonly directory: string;
  /** Called after each frame. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Number of frames drawn at the same time; default the number of cores, at least 2. */
  readonly concurrency?: number;
}

/** Result of {@link writeSample}. */
export interface SampleSummary {
  readonly directory: string;
  readonly frames: number;
  readonly clips: number;
  readonly characters: readonly string[];
  /** Whether the folder already had this sample, so that nothing was drawn. */
  readonly reused: boolean;
}

/** Valid names of characters; a name becomes a folder. */
const NAME = /^[a-z0-9-]+$/;

/** Header of an incomplete sample. */
const PARTIAL_FILE = 'sample.partial.json';

/**
 * Draws a synthetic sample in FERG-DB's layout, with a manifest. The same settings give the same pixels. A complete
 * sample of these settings is kept; an incomplete one is completed.
 * @param options settings and folder
 * @throws RangeError when a setting is out of range or the folder has other files
 */
export async function writeSample(options: SampleOptions): Promise<SampleSummary> {
  const settings = toSampleSettings(options);
  checkSettings(settings);
  const specs = planSample(settings);
  const { directory } = options;
  const header = buildHeader(settings, specs.length);
  const summary = {
    directory,
    frames: specs.length,
    clips: new Set(specs.map(({ clip }) => clip)).size,
    characters: settings.characters.map(({ name }) => name),
  };
  if (await holdsHeader(directory, HEADER_FILE, header)) return { ...summary, reused: true };
  await prepareFolder(directory, header);
  await drawFrames(specs, options);
  await saveWhole(join(directory, MANIFEST_FILE), toManifestText(specs));
  await rename(join(directory, PARTIAL_FILE), join(directory, HEADER_FILE));
  return { ...summary, reused: false };
}

function checkSettings({ seed, clipsPerCell, framesPerClip, characters, frames }: SampleSettings): void {
  const counts = { clipsPerCell, framesPerClip, frames: frames ?? 1 };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1 || value > 1_000_000)
      throw new RangeError(`Expected an integer from 1 to 1000000 for ${name} but received ${value}`);
  }
  if (!Number.isInteger(seed)) throw new RangeError(`Expected an integer for seed but received ${seed}`);
  const names = characters.map(({ name }) => name);
  const wrong = names.find((name, index) => !NAME.test(name) || names.indexOf(name) !== index);
  if (names.length === 0 || wrong !== undefined)
    throw new RangeError(
      `Expected different names of lower case letters, digits and hyphens for characters but received ${wrong ?? 'none'}`,
    );
}

async function holdsHeader(directory: string, file: string, header: SampleHeader): Promise<boolean> {
  const text = await readIfThere(join(directory, file));
  return text === serialize(header);
}

function serialize(header: SampleHeader): string {
  return `${JSON.stringify(header, null, 1)}\n`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps an incomplete sample of the same settings, removes one of other settings, and throws for other files. */
async function prepareFolder(directory: string, header: SampleHeader): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (await holdsHeader(directory, PARTIAL_FILE, header)) return;
  const names = await readdir(directory);
  const old =
    (await readIfThere(join(directory, HEADER_FILE))) ?? (await readIfThere(join(directory, PARTIAL_FILE)));
  if (names.length > 0 && old === undefined)
    throw new RangeError(
      `Expected a new or empty folder or a sample's for directory but received ${directory} with ${names[0]}`,
    );
  if (old !== undefined) await removeSample(directory, JSON.parse(old) as SampleHeader);
  await saveWhole(join(directory, PARTIAL_FILE), serialize(header));
}

async function removeSample(directory: string, { settings }: SampleHeader): Promise<void> {
  const folders = settings.characters.map(({ name }) => name).filter((name) => NAME.test(name));
  // The header is removed first, so that an interrupted removal does not look like a complete sample.
  for (const name of [HEADER_FILE, MANIFEST_FILE, ...folders, PARTIAL_FILE])
    await rm(join(directory, name), { recursive: true, force: true });
}

async function drawFrames(specs: readonly FrameSpec[], options: SampleOptions): Promise<void> {
  const { directory, onProgress, concurrency = Math.max(2, availableParallelism()) } = options;
  for (const folder of new Set(specs.map(({ path }) => dirname(path))))
    await mkdir(join(directory, folder), { recursive: true });
  let [next, done] = [0, 0];
  const work = async () => {
    while (next < specs.length) {
      const spec = specs[next++];
      const path = join(directory, spec.path);
      try {
        if (!(await exists(path)))
          await saveWhole(path, await renderPng(renderSvg(spec.view)), { flush: false });
        onProgress?.(++done, specs.length);
      } catch (error) {
        // The other workers stop after their current frame.
        next = specs.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
