import fs from 'node:fs';

/** The largest text that is read whole: a table of a million pictures has about 100 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Reads a text file whole, without its byte-order mark: UTF-8, or UTF-16 as Windows writes it, which needs the mark.
 * @param what names the file in messages, such as `mapping`
 * @throws RangeError when it is missing, no file or too large
 */
export function readText(file: string, what: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) throw new RangeError(`Expected a file for ${what} but received ${file}, which does not exist`);
  if (stat.isDirectory()) throw new RangeError(`Expected a file for ${what} but received the folder ${file}`);
  if (stat.size > MOST_BYTES)
    throw new RangeError(`Expected at most ${MOST_BYTES} bytes for ${what} but received ${stat.size}, ${file}`); // prettier-ignore
  return decodeText(fs.readFileSync(file));
}

/** Decodes a text, without its byte-order mark, by which UTF-16 is known; UTF-8 without one. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Reads a text file line by line, for files too large to be read whole; its byte-order mark is dropped.
 * @param longest characters that a line has at most: one that is longer is refused before it fills the memory
 * @param what names the file in messages
 * @throws RangeError for a longer line, with its number
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
