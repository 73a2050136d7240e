import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How far a video was read. */
export interface ReadLength {
  /** Pictures that were decoded. */
  readonly count: number;
  /** Where the last of them is, in seconds from the video's start. */
  readonly lastSeconds: number;
  /** Whether ffmpeg complained that the file ends early, or it ends inside of a part. */
  readonly isCut: boolean;
}

/** What ffprobe says of a video, as far as it is asked; numbers are texts, and each may be missing. */
interface Probed {
  readonly format: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
  };
  readonly streams: readonly {
    readonly start_time?: string;
    readonly duration?: string;
    readonly nb_frames?: string;
    readonly avg_frame_rate?: string;
    readonly tags?: { readonly DURATION?: string };
  }[];
}

const ENTRIES = [
  'format=format_name,start_time,duration',
  'stream=start_time,duration,nb_frames,avg_frame_rate',
  'stream_tags=DURATION',
].join(':');

/** Seconds that a whole video's pictures may end before the length that it states: lengths are rounded and estimated. */
const TOLERANCE_S = 0.25;

/**
 * Tells whether a video was cut off, as in transfer: its container states its length at the beginning. Fragmented MP4 and
 * MPEG transport streams state none: that they were cut is known, but not how much is missing.
 * @param input arguments of ffprobe that name the file
 * @returns one sentence that says how much is missing; undefined when nothing is
 * @throws Error when ffprobe is not installed or cannot read the file
 */
export async function findMissing(
  input: readonly string[],
  { count, lastSeconds, isCut }: ReadLength,
): Promise<string | undefined> {
  const asked = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', ENTRIES, '-of', 'json'];
  const { stdout } = await promisify(execFile)('ffprobe', [...asked, ...input]);
  const { frames, frameSeconds, end, isOwn } = readStated(JSON.parse(stdout) as Probed);
  const read = count > 0 ? lastSeconds + frameSeconds : 0;
  const missing = end - read;
  const isShort = missing > Math.max(1.5 * frameSeconds, TOLERANCE_S) && !(count >= frames);
  // What states one length for sound and pictures may have more sound.
  if (!isCut && !(isShort && isOwn)) return undefined;
  return isShort
    ? `it states ${end.toFixed(1)} s and ends after ${read.toFixed(1)} s: ${missing.toFixed(1)} s are missing, as if it was cut off in transfer`
    : `it ends early, after ${read.toFixed(1)} s, as if it was cut off in transfer; how much is missing it does not state`;
}

/** Reads the stated length; what is not stated is NaN, or 0 for a frame's. */
function readStated({ format, streams: [stream = {}] }: Probed) {
  const frames = Number(stream.nb_frames);
  const [across = 0, down = 1] = (stream.avg_frame_rate ?? '').split('/').map(Number);
  const frameSeconds = across > 0 ? down / across : 0;
  const start = Number(stream.start_time ?? 0) - Number(format.start_time ?? 0) || 0;
  const [hours, minutes, seconds] = (stream.tags?.DURATION ?? '').split(':').map(Number);
  // ffprobe estimates an AVI file's seconds by its size, which is what is in question; its count of pictures is stated.
  const duration = format.format_name === 'avi' ? frames * frameSeconds : Number(stream.duration);
  const own = [3600 * hours + 60 * minutes + seconds, start + duration].find((value) => value > 0);
  return { frames, frameSeconds, end: own ?? Number(format.duration), isOwn: own !== undefined };
}
