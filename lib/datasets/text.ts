import fs from 'node:fs';

/** Largest text file that is read as a whole; a table of a million pictures has about 100 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Reads a text file as a whole, without its byte-order mark. It is UTF-8, or UTF-16 (little-endian) with a byte-order
 * mark.
 * @param what name of the file in messages, such as `mapping`
 * @throws RangeError when it is missing, a folder or too large
 */
export function readText(file: string, what: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new RangeError(`Expected a file for ${what} but received ${file}, which does not exist`);
  if (stat.isDirectory()) throw new RangeError(`Expected a file for ${what} but received the folder ${file}`);
  if (stat.size > MOST_BYTES)
    throw new RangeError(
      `Expected at most ${MOST_BYTES} bytes for ${what} but received ${stat.size}, ${file}`,
    );
  return decodeText(fs.readFileSync(file));
}

/** Decodes a text and drops its byte-order mark: UTF-16 (little-endian) with its mark, otherwise UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Reads a large UTF-8 file line by line; its byte-order mark is dropped.
 * @param longest number of characters that a line may have; a longer one throws before it fills the memory
 * @param what name of the file in messages
 * @throws RangeError with the line's number for a line that is too long
 */
export async function* readLines(file: string, longest: number, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let number = 1;
  let rest = '';
  for await (const chunk of fs.createReadStream(file)) {
    const lines = `${rest}${decoder.decode(chunk as Buffer, { stream: true })}`.split('\n');
    rest = lines.pop()!;
    for (const [index, line] of [...lines, rest].entries())
      if (line.length > longest)
        throw new RangeError(
          `Expected at most ${longest} characters for row ${number + index} of ${what} but received more`,
        );
    number += lines.length;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}
