import { execFile } from 'node:child_process';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isPicture } from '../faces/picture/decode';

/** MP4, QuickTime and 3GP: `ftyp` without the brands of pictures (AVIF, HEIF), or another box in old files. */
const BOXES = /^[^]{4}(ftyp(?!avi[fs]|mif1|msf1|hei[cxms]|hev[cxms])|moov|mdat|wide|skip|free|pnot)/;

/** MPEG transport streams: packets of 188 bytes, or of 192 with a leading time stamp. */
const PACKETS = [
  { bytes: 188, signature: /^G(?!IF8)[^]{187}G[^]{187}G/ },
  { bytes: 192, signature: /^[^]{4}G[^]{191}G[^]{191}G/ },
] as const;

/** Signatures of video files. Playlists are excluded, because they name other files. */
const SIGNATURES: readonly RegExp[] = [
  BOXES,
  ...PACKETS.map(({ signature }) => signature),
  // Matroska and WebM, AVI, Ogg, Flash, Windows Media, YUV4MPEG2, MXF.
  /^\x1aE\xdf\xa3/,
  /^RIFF[^]{4}AVI /,
  /^OggS\0/,
  /^FLV\x01/,
  /^0&\xb2u\x8ef\xcf\x11/,
  /^YUV4MPEG2 /,
  /^\x06\x0e\x2b\x34/,
  // MPEG-1 and -2; H.264 and HEVC without a container.
  /^\0\0\x01[\xba\xb3]/,
  /^\0\0\0\x01/,
];

/** Number of first bytes that the signatures are matched against. */
const SIGNATURE_BYTES = 400;

/** A series of JPEG pictures has the signature of a single one, so its name decides. */
const JPEG_SERIES = { start: /^\xff\xd8\xff/, name: /\.mjpe?g$/i } as const;

/**
 * Recognizes a picture or a video by its first bytes, a series of JPEG pictures by its name. Pictures of formats that are not
 * decoded are pictures too.
 * @param file path from the current folder
 * @returns undefined for another file
 * @throws Error when it cannot be read
 */
export async function recognizeFile(file: string): Promise<'picture' | 'video' | undefined> {
  const start = await readStart(file);
  const text = start.toString('latin1');
  if (isPicture(start))
    return JPEG_SERIES.start.test(text) && JPEG_SERIES.name.test(file) ? 'video' : 'picture';
  return SIGNATURES.some((signature) => signature.test(text)) ? 'video' : undefined;
}

/**
 * Checks whether a video file ends inside one of its parts: a box of MP4, or a packet of a transport stream. A file that was
 * truncated between two parts is not recognised, nor are other formats.
 * @param file path from the current folder
 */
export async function endsInside(file: string): Promise<boolean> {
  const start = (await readStart(file)).toString('latin1');
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (BOXES.test(start)) return await endsInsideBox(handle, size);
    const packet = PACKETS.find(({ signature }) => signature.test(start));
    return packet !== undefined && size % packet.bytes > 0;
  } finally {
    await handle.close();
  }
}

/** Source: ISO 14496-12: 4 bytes of size, 4 of type; size 1: another 8 bytes of size follow; size 0: the rest of the file. */
async function endsInsideBox(handle: FileHandle, size: number): Promise<boolean> {
  let at = 0;
  while (at < size) {
    const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, at);
    const short = buffer.readUInt32BE(0);
    const length = short === 1 ? Number(buffer.readBigUInt64BE(8)) : short;
    // Data without the form of a box was appended to the video.
    if (length < 8) return false;
    at += length;
  }
  return at > size;
}

/** Reads nothing unless the file is regular: opening a pipe can block, and reading it consumes its bytes. */
async function readStart(file: string): Promise<Buffer> {
  if (!(await stat(file)).isFile()) return Buffer.alloc(0);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The part of a video that was read. */
export interface ReadLength {
  /** Number of decoded frames. */
  readonly count: number;
  /** Time of the last one from the video's start. */
  readonly lastSeconds: number;
  /** Whether ffmpeg reported an early end, or the file ends inside one of its parts. */
  readonly isCut: boolean;
}

const ENTRIES = [
  'format=format_name,start_time,duration',
  'stream=start_time,duration,nb_frames,avg_frame_rate',
  'stream_tags=DURATION',
].join(':');

/** Tolerance of the stated length of a complete video, in seconds: lengths are rounded and estimated. */
const TOLERANCE_S = 0.25;

/**
 * Checks by the length that its container states whether a video was truncated. Fragmented MP4 and MPEG transport streams state
 * no length, so the missing time is unknown.
 * @param input arguments of ffprobe that name the file
 * @returns a clause about the missing time; undefined when the video is complete
 * @throws Error when ffprobe is not installed or cannot read the file
 */
export async function findMissing(
  input: readonly string[],
  { count, lastSeconds, isCut }: ReadLength,
): Promise<string | undefined> {
  const asked = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', ENTRIES, '-of', 'flat'];
  const { stdout } = await promisify(execFile)('ffprobe', [...asked, ...input]);
  const { frames, frameSeconds, end, isOwn } = readStated(stdout);
  const read = count > 0 ? lastSeconds + frameSeconds : 0;
  const missing = end - read;
  const isShort = missing > Math.max(1.5 * frameSeconds, TOLERANCE_S) && !(count >= frames);
  // A length that is stated for sound and pictures together may be that of the sound.
  if (!isCut && !(isShort && isOwn)) return undefined;
  return isShort
    ? `it states ${end.toFixed(1)} s and ends after ${read.toFixed(1)} s: ${missing.toFixed(1)} s are missing, as if it was cut off in transfer`
    : `it ends early, after ${read.toFixed(1)} s, as if it was cut off in transfer; how much is missing it does not state`;
}

/**
 * Reads the stated length; missing numbers are NaN, a missing length of a frame is 0.
 * @param probed lines such as `streams.stream.0.nb_frames="40"`
 */
function readStated(probed: string) {
  const stated = new Map([...probed.matchAll(/^(.+)="(.*)"$/gm)].map(([, key, value]) => [key, value]));
  const ofFormat = (key: string) => stated.get(`format.${key}`) ?? 'N/A';
  const ofStream = (key: string) => stated.get(`streams.stream.0.${key}`) ?? 'N/A';
  const frames = Number(ofStream('nb_frames'));
  const [across, down = 1] = ofStream('avg_frame_rate').split('/').map(Number);
  const frameSeconds = across > 0 ? down / across : 0;
  const start = (Number(ofStream('start_time')) || 0) - (Number(ofFormat('start_time')) || 0);
  const [hours, minutes, seconds] = ofStream('tags.DURATION').split(':').map(Number);
  // ffprobe estimates an AVI file's length by its size, which may be truncated; the number of frames is stated.
  const isAvi = ofFormat('format_name') === 'avi';
  const duration = isAvi ? frames * frameSeconds : Number(ofStream('duration'));
  const own = [3600 * hours + 60 * minutes + seconds, start + duration].find((value) => value > 0);
  return { frames, frameSeconds, end: own ?? Number(ofFormat('duration')), isOwn: own !== undefined };
}
