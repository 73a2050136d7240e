import { type FileHandle, open, stat } from 'node:fs/promises';
import { isPicture } from '../faces/picture/decode';

/** MP4, QuickTime, 3GP: all that `ftyp` stands in but the brands of pictures (AVIF, HEIF); old ones have none. */
const BOXES = /^[^]{4}(ftyp(?!avi[fs]|mif1|msf1|hei[cxms]|hev[cxms])|moov|mdat|wide|skip|free|pnot)/;

/** MPEG transport streams: packets of 188 bytes, or of 192 with a time before each. */
const PACKETS = [
  { bytes: 188, signature: /^G(?!IF8)[^]{187}G[^]{187}G/ },
  { bytes: 192, signature: /^[^]{4}G[^]{191}G[^]{191}G/ },
] as const;

/** How the files of videos begin. Playlists are none: they name other files. */
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

/** Bytes that all signatures fit in. */
const LOOKED_AT = 400;

/** A series of JPEG pictures begins as a single one does: only its name tells. */
const JPEG_SERIES = { start: /^\xff\xd8\xff/, name: /\.mjpe?g$/i } as const;

/**
 * Tells by its first bytes whether a file is a video. Only a series of JPEG pictures is told by its name, `.mjpeg`.
 * @param file path from the current folder
 * @returns false too for what cannot be read
 */
export async function isVideoFile(file: string): Promise<boolean> {
  // Reading it as a picture says what is wrong with it.
  const start = (await readStart(file).catch(() => Buffer.alloc(0))).toString('latin1');
  if (JPEG_SERIES.start.test(start)) return JPEG_SERIES.name.test(file);
  return SIGNATURES.some((signature) => signature.test(start));
}

/**
 * Tells whether a video's file ends inside of one of the parts that it consists of: MP4's boxes, a transport stream's
 * packets. That it was cut off exactly between two of them is not seen; of other formats nothing is known.
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

/** Goes from box to box. Source: ISO 14496-12: 4 bytes of size, 4 of type; 1 stands for 8 more of size, 0 for the rest. */
async function endsInsideBox(handle: FileHandle, size: number): Promise<boolean> {
  let at = 0;
  while (at < size) {
    const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, at);
    const short = buffer.readUInt32BE(0);
    const length = short === 1 ? Number(buffer.readBigUInt64BE(8)) : short;
    // What is no box at all is something that was appended.
    if (length < 8) return false;
    at += length;
  }
  return at > size;
}

/**
 * Tells by a file's first bytes whether it is a video or a picture, also one of a format that is not read.
 * @param file path from the current folder
 * @throws Error when it cannot be read
 */
export async function isVideoOrPicture(file: string): Promise<boolean> {
  const start = await readStart(file);
  return isPicture(start) || SIGNATURES.some((signature) => signature.test(start.toString('latin1')));
}

/** Gives no bytes of what is no regular file: opening a pipe may wait for ever, and reading it takes its bytes away. */
async function readStart(file: string): Promise<Buffer> {
  if (!(await stat(file)).isFile()) return Buffer.alloc(0);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
