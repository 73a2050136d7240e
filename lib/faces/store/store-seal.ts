import { createHash } from 'node:crypto';
import fs from 'node:fs';

const DIGEST_MARK = 'sha256:';

/** What stands in a schema's metadata, as `digest`, until the digest is known. */
export const NO_DIGEST = DIGEST_MARK + '0'.repeat(64);

const CHUNK_BYTES = 2 ** 20;

/** An Arrow file ends with its footer's length (int32) and the text ARROW1. */
const TAIL_BYTES = 10;

/** An Arrow file's bytes, in memory or on the disk. */
export interface ArrowBytes {
  readonly size: number;
  /** Gives bytes from a position on; fewer at the end. */
  read(position: number, length: number): Buffer;
  write(bytes: Buffer, position: number): void;
}

/** Wraps bytes in memory. */
export function bytesInMemory(buffer: Buffer): ArrowBytes {
  return {
    size: buffer.length,
    read: (position, length) => buffer.subarray(position, position + length),
    write: (bytes, position) => void bytes.copy(buffer, position),
  };
}

/** Wraps an open file. */
export function bytesOnDisk(descriptor: number): ArrowBytes {
  return {
    size: fs.fstatSync(descriptor).size,
    read: (position, length) => {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, position));
    },
    write: (bytes, position) => void fs.writeSync(descriptor, bytes, 0, bytes.length, position),
  };
}

/** Puts into an Arrow file the digest of its bytes, taken with {@link NO_DIGEST} in its place. */
export function seal(bytes: ArrowBytes): void {
  const place = findPlace(bytes);
  if (place === undefined) throw new RangeError(`Expected ${NO_DIGEST} in the schema but received none`);
  bytes.write(Buffer.from(digestOf(bytes, place), 'latin1'), place);
}

/** Tells whether an Arrow file is as {@link seal} left it. */
export function isAsWritten(bytes: ArrowBytes): boolean {
  const place = findPlace(bytes);
  if (place === undefined) return false;
  return bytes.read(place, NO_DIGEST.length).toString('latin1') === digestOf(bytes, place);
}

/** Finds the digest in the footer's schema: there no frame's text can be taken for it. */
function findPlace(bytes: ArrowBytes): number | undefined {
  if (bytes.size < TAIL_BYTES) return undefined;
  const length = bytes.read(bytes.size - TAIL_BYTES, 4).readInt32LE();
  const start = bytes.size - TAIL_BYTES - length;
  if (length < 0 || start < 0) return undefined;
  const at = bytes.read(start, length).indexOf(DIGEST_MARK, 0, 'latin1');
  return at < 0 ? undefined : start + at;
}

function digestOf(bytes: ArrowBytes, place: number): string {
  const hash = createHash('sha256');
  const hashPart = (start: number, end: number) => {
    for (let at = start; at < end; at += CHUNK_BYTES)
      hash.update(bytes.read(at, Math.min(CHUNK_BYTES, end - at)));
  };
  hashPart(0, place);
  hash.update(NO_DIGEST, 'latin1');
  hashPart(place + NO_DIGEST.length, bytes.size);
  return DIGEST_MARK + hash.digest('hex');
}
