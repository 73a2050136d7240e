import { spawn } from 'node:child_process';
import path from 'node:path';
import type { RgbImage } from '../core/image';
import { MAX_IMAGE_PIXELS } from '../faces/decode';

/** One picture of a video. */
export interface VideoFrame {
  readonly image: RgbImage;
  /** Where it is, from the video's start. */
  readonly seconds: number;
}

/** Longest side that frames are shrunk to: what a detector sees of a picture anyway. */
const FRAME_SIDE = 1024;

/** The longest header of a PPM picture as ffmpeg writes it. */
const HEADER_BYTES = 64;

/**
 * Reads frames of a video through ffmpeg, a few a second; frames are decoded when they are asked for.
 * @param file path from the current folder
 * @param framesPerSecond above 0
 * @param signal ends ffmpeg
 * @throws Error when ffmpeg is not installed or cannot read the file
 */
export async function* readFrames(
  file: string,
  framesPerSecond: number,
  signal?: AbortSignal,
): AsyncGenerator<VideoFrame> {
  // An absolute path after `file:` is never taken for an option or for another protocol.
  const input = ['-protocol_whitelist', 'file,pipe', '-i', `file:${path.resolve(file)}`];
  const fit = `scale='min(${FRAME_SIDE},iw)':'min(${FRAME_SIDE},ih)':force_original_aspect_ratio=decrease`;
  // Rounded up: what is shown at that very moment, not up to half an interval later; a film of one picture gives it.
  const pick = `fps=${framesPerSecond}:round=up`;
  const output = ['-an', '-vf', `${pick},${fit}`, '-f', 'image2pipe', '-c:v', 'ppm', 'pipe:1'];
  const ffmpeg = spawn('ffmpeg', ['-nostdin', '-v', 'error', ...input, ...output], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let complaint = '';
  ffmpeg.stderr.on('data', (text: Buffer) => (complaint = `${complaint}${text}`.slice(-500)));
  const ended = new Promise<number | Error>((resolve) => {
    ffmpeg.on('error', resolve);
    ffmpeg.on('close', (status) => resolve(status ?? 1));
  });
  try {
    let count = 0;
    for await (const image of splitPpm(ffmpeg.stdout)) yield { image, seconds: count++ / framesPerSecond };
    checkEnd(await ended, file, complaint);
  } finally {
    ffmpeg.kill();
  }
}

function checkEnd(end: number | Error, file: string, complaint: string): void {
  if (end === 0) return;
  const isMissing = end instanceof Error && (end as NodeJS.ErrnoException).code === 'ENOENT';
  if (isMissing)
    throw new Error(
      `Expected ffmpeg on the PATH for ${file} but found none (Debian: apt-get install ffmpeg)`,
    );
  const reason = end instanceof Error ? end.message : complaint.trim() || `status ${end}`;
  throw new Error(`Expected a video that ffmpeg reads for ${file} but received: ${reason}`);
}

/**
 * Splits a stream of binary PPM pictures.
 * @throws RangeError when a header is none or a picture is too large; nothing is allocated before that
 * Source: netpbm's ppm(5): `P6 width height 255`, a line break, then the colours.
 */
export async function* splitPpm(stream: AsyncIterable<Buffer>): AsyncGenerator<RgbImage> {
  let parts: Buffer[] = [];
  let held = 0;
  let header: PpmHeader | undefined;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    for (;;) {
      if (!header && held > 0) {
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

interface PpmHeader {
  readonly width: number;
  readonly height: number;
  /** Where the colours start and end in the bytes. */
  readonly start: number;
  readonly end: number;
}

function parseHeader(bytes: Buffer): PpmHeader | undefined {
  const text = bytes.toString('latin1', 0, HEADER_BYTES);
  const found = /^P6\s(\d{1,6})\s(\d{1,6})\s255\s/.exec(text);
  if (!found && bytes.length < HEADER_BYTES) return undefined;
  const [width, height] = found ? [Number(found[1]), Number(found[2])] : [0, 0];
  if (!found || width * height === 0 || width * height > MAX_IMAGE_PIXELS)
    throw new RangeError(
      `Expected a PPM picture from the video but received ${JSON.stringify(text.slice(0, 20))}`,
    );
  const start = found[0].length;
  return { width, height, start, end: start + 3 * width * height };
}
