import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { RgbImage } from '../core/image';
import { type BadImage, MAX_IMAGE_PIXELS } from '../faces/picture/decode';
import { endsInside, findMissing, type ReadLength } from './video-file';

/** A frame of a video. */
export interface VideoFrame {
  readonly image: RgbImage;
  /** Time stamp from the video's start. */
  readonly seconds: number;
}

/** A video could not be read, or not to its end. */
export class VideoError extends Error {
  constructor(
    /** `truncated`: the frames before the end of the file were returned. */
    readonly kind: BadImage['kind'],
    reason: string,
  ) {
    super(reason);
  }
}

/** Maximum longer side of frames in pixels. */
const FRAME_SIDE = 1024;

/** Size of a frame with square pixels, as players show it: the shorter side of a pixel is stretched. */
const [SHOWN_WIDTH, SHOWN_HEIGHT] = ['max(iw,iw*sar)', 'max(ih,ih/sar)'];

/** Tolerance of time stamps in seconds: Matroska rounds them to milliseconds. */
const EARLY_S = 0.0006;

/** Maximum length of the header of a PPM picture. */
const HEADER_BYTES = 64;

/**
 * Reads frames of a video with ffmpeg, which decodes them on demand. Each is a frame of the video with its own time stamp, the
 * first one after each tick; none is repeated.
 * @param file path from the current folder
 * @param framesPerSecond maximum rate, above 0; Infinity: all frames
 * @throws VideoError when ffmpeg is not installed or cannot read the file; after its frames when the file was cut off
 */
export async function* readFrames(file: string, framesPerSecond: number): AsyncGenerator<VideoFrame> {
  // An absolute path after `file:` cannot be an option or another protocol.
  const input = ['-protocol_whitelist', 'file,pipe', '-i', `file:${path.resolve(file)}`];
  const flags = ['-nostdin', '-hide_banner', '-nostats', '-v', 'level+info'];
  // The pixel format converts to 8 bits; the mode prevents repeated frames.
  const output = '-fps_mode passthrough -pix_fmt rgb24 -f image2pipe -c:v ppm pipe:1'.split(' ');
  const filters = ['-map', '0:V:0', '-vf', toFilters(framesPerSecond, await findToneMapping(input, file))];
  const options = [...flags, ...input, ...filters, ...output];
  const ffmpeg = spawn('ffmpeg', options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = followLog(ffmpeg.stderr);
  const ended = new Promise<number | Error>((resolve) => {
    ffmpeg.on('error', resolve);
    ffmpeg.on('close', (status) => resolve(status ?? 1));
  });
  try {
    let count = 0;
    for await (const image of splitPpm(ffmpeg.stdout)) yield { image, seconds: await log.timeOf(count++) };
    checkEnd(await ended, file, log.complaint());
    await checkLength(file, input, log.length());
  } finally {
    ffmpeg.kill();
  }
}

/**
 * Filters that map a high dynamic range (PQ or HLG) to that of pictures, with white at 100 cd/m2; without them, faces have low
 * contrast.
 * Source: ffmpeg's documentation of tonemap.
 */
const TONE_MAPPING: readonly string[] = [
  // zscale rejects odd sides of formats with subsampled colours.
  'format=yuv444p10',
  'setparams=colorspace=bt2020nc:color_primaries=bt2020',
  'zscale=transfer=linear:npl=100',
  'format=gbrpf32le',
  'zscale=primaries=bt709',
  'tonemap=hable:desat=0',
  'zscale=transfer=bt709:matrix=bt709:range=tv',
  'format=yuv444p',
];

/**
 * Checks with ffprobe whether a video has a high dynamic range.
 * @returns filters for tone mapping; none for other videos, and for files that ffprobe cannot read
 * @throws VideoError when this ffmpeg lacks the filters
 */
async function findToneMapping(input: readonly string[], file: string): Promise<readonly string[]> {
  const run = (program: string, ...options: string[]) =>
    promisify(execFile)(program, options).then(
      ({ stdout }) => stdout,
      () => '',
    );
  const entries = '-select_streams V:0 -show_entries stream=color_transfer -of default=nk=1:nw=1'.split(' ');
  const transfer = await run('ffprobe', '-v', 'error', ...entries, ...input);
  if (!/smpte2084|arib-std-b67/.test(transfer)) return [];
  const filters = await run('ffmpeg', '-hide_banner', '-filters');
  if (/ zscale /.test(filters) && / tonemap /.test(filters)) return TONE_MAPPING;
  const reason = `Expected an ffmpeg with the filters zscale and tonemap for ${file}, whose dynamic range is high (${transfer.trim()}), but this one lacks them`;
  throw new VideoError('unreadable-file', `${reason}: install one that was built with libzimg`);
}

/** Builds filters that select and shrink frames, and log the time of each frame and of each selected frame in microseconds. */
function toFilters(framesPerSecond: number, toneMapping: readonly string[]): string {
  const tell = (key: string) => `metadata=mode=add:key=${key}:value=1,metadata=mode=print:key=${key}`;
  const tick = (time: string) => `floor((${time}+${EARLY_S})*${framesPerSecond})`;
  const isNext = `isnan(prev_selected_t)+gt(${tick('t')},${tick('prev_selected_t')})`;
  const choose = `select='${framesPerSecond === Infinity ? 1 : isNext}'`;
  const shrink = `min(1,${FRAME_SIDE}/max(${SHOWN_WIDTH},${SHOWN_HEIGHT}))`;
  const fit = (side: string) => `'max(1,round(${side}*${shrink}))'`;
  const scale = `scale=${fit(SHOWN_WIDTH)}:${fit(SHOWN_HEIGHT)},setsar=1`;
  return ['settb=1/1000000', tell('seen'), choose, tell('chosen'), scale, ...toneMapping].join();
}

/** Reads ffmpeg's log continuously, because a full pipe would block ffmpeg. */
function followLog(stderr: Readable) {
  const chosen: number[] = [];
  const read = { count: 0, lastSeconds: 0, isCut: false };
  let [complaint, seconds] = ['', 0];
  const lines = createInterface({ input: stderr });
  lines.on('line', (line) => {
    const [, level, text] = /\[(\w+)\] (.*)$/.exec(line) ?? [undefined, '', line];
    const [, microseconds] = /^frame:\d+ +pts:(-?\d+) /.exec(text) ?? [];
    if (microseconds) seconds = Number(microseconds) / 1e6;
    if (text === 'seen=1')
      Object.assign(read, { count: read.count + 1, lastSeconds: Math.max(read.lastSeconds, seconds) });
    if (text === 'chosen=1') chosen.push(seconds);
    if (!/^(error|fatal|panic)$/.test(level)) return;
    complaint = `${complaint}${text}\n`.slice(-500);
    read.isCut ||= /partial file|ended prematurely/i.test(text);
  });
  const ended = once(lines, 'close');
  const timeOf = async (index: number) => {
    while (chosen.length <= index) {
      const isOver = await Promise.race([once(lines, 'line').then(() => false), ended.then(() => true)]);
      if (isOver && chosen.length <= index)
        throw new Error(`Expected the time of frame ${index} in ffmpeg's log but it ended`);
    }
    return chosen[index];
  };
  return { timeOf, complaint: () => complaint, length: (): ReadLength => read };
}

function checkEnd(end: number | Error, file: string, complaint: string): void {
  if (end === 0) return;
  if (isMissingProgram(end)) throw missingProgram('ffmpeg', file);
  const reason = end instanceof Error ? end.message : complaint.trim() || `status ${end}`;
  const isOld = /option '?fps_mode/i.test(reason);
  const expected = isOld ? 'ffmpeg 5.1 or newer on the PATH' : 'a video that ffmpeg reads';
  const hint = /moov atom not found/.test(reason)
    ? '\nIts index, which stands at the end, is missing: was it cut off in transfer?'
    : '';
  const received = isOld ? 'this one is older' : 'received';
  throw new VideoError(
    'unreadable-file',
    `Expected ${expected} for ${file} but ${received}: ${reason}${hint}`,
  );
}

async function checkLength(file: string, input: readonly string[], read: ReadLength): Promise<void> {
  const isCut = read.isCut || (await endsInside(file));
  const missing = await findMissing(input, { ...read, isCut }).catch((error: Error) => {
    throw isMissingProgram(error) ? missingProgram('ffprobe', file) : error;
  });
  if (missing) throw new VideoError('truncated', `Expected a whole video for ${file} but ${missing}`);
  if (read.count === 0)
    throw new VideoError('unreadable-file', `Expected pictures in the video ${file} but received none`);
}

function isMissingProgram(end: number | Error): boolean {
  return end instanceof Error && (end as NodeJS.ErrnoException).code === 'ENOENT';
}

function missingProgram(name: string, file: string): VideoError {
  const reason = `Expected ${name} on the PATH for ${file} but found none (Debian: apt-get install ffmpeg)`;
  return new VideoError('unreadable-file', reason);
}

/**
 * Splits a stream of binary PPM pictures.
 * @throws RangeError for an invalid header or a picture that is too large, before memory is allocated
 * Source: netpbm's ppm(5): `P6 width height 255`, a line break, then the colours.
 */
export async function* splitPpm(stream: AsyncIterable<Buffer>): AsyncGenerator<RgbImage> {
  let parts: Buffer[] = [];
  let held = 0;
  let header: ReturnType<typeof parseHeader>;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    while (held > 0) {
      if (!header) {
        parts = [Buffer.concat(parts)];
        header = parseHeader(parts[0]);
      }
      if (!header || held < header.end) break;
      const bytes = Buffer.concat(parts);
      const { width, height, start, end } = header;
      yield { width, height, data: new Uint8Array(bytes.subarray(start, end)) };
      parts = [bytes.subarray(end)];
      held -= end;
      header = undefined;
    }
  }
  if (held > 0)
    throw new RangeError(`Expected whole pictures from the video but received ${held} bytes more`);
}

/** @returns size of the picture, start and end of its colours in the bytes; undefined while the header is not complete */
function parseHeader(bytes: Buffer) {
  const text = bytes.toString('latin1', 0, HEADER_BYTES);
  const found = /^P6\s(\d{1,6})\s(\d{1,6})\s255\s/.exec(text);
  if (!found && bytes.length < HEADER_BYTES) return undefined;
  const [width, height] = found ? [Number(found[1]), Number(found[2])] : [0, 0];
  const pixels = width * height;
  if (!found || pixels === 0 || pixels > MAX_IMAGE_PIXELS)
    throw new RangeError(
      `Expected a PPM picture from the video but received ${JSON.stringify(text.slice(0, 20))}`,
    );
  const start = found[0].length;
  return { width, height, start, end: start + 3 * pixels };
}
