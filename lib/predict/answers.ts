import { open, rm, stat } from 'node:fs/promises';
import { findTarget, notWritable, openOutput } from '../files/write-file';

/** Counts of what is answered. */
export interface Answered {
  /** Answered inputs, from the first on. */
  readonly inputs: number;
  /** Pictures in these inputs; a video has many. */
  readonly pictures: number;
  /** Pictures that could not be read. */
  readonly unread: number;
}

/** Inputs, output and settings of a run. */
export interface AnswersOptions {
  /** Default standard output. */
  readonly output?: string;
  /** Text before the first answer. */
  readonly start: string;
  /** Paths of the inputs, in order. */
  readonly sources: readonly string[];
  /** Whether the command can be repeated; false if an input is standard input. */
  readonly canResume: boolean;
  /** Everything that answers depend on, except the inputs. */
  readonly settings: string;
  readonly tell: (line: string) => void;
}

/**
 * Opens the destination of answers. For a regular file they are kept beside it in `FILE.part`, input by input, until all are
 * complete: the same command continues a run that was stopped or killed. Memory holds the answers of one input only.
 * @throws Error when the file cannot be written
 */
export async function openAnswers(options: AnswersOptions): Promise<Answers> {
  const { output, start, canResume } = options;
  if (canResume && output !== undefined && output !== '-') {
    const { file, isRegular } = findTarget(output, '--output');
    if (isRegular) return keepAnswers(`${file}.part`, output, options);
  }
  const { write, finish, discard } = await openOutput(output);
  await write(start);
  const finishAll = (end: string) => write(end).then(finish);
  const before = { inputs: 0, pictures: 0, unread: 0 };
  return { before, part: undefined, write, finish: finishAll, discard };
}

/** The destination of answers. */
type Answers = Awaited<ReturnType<typeof keepAnswers>>;

/** The answers of one input, kept as a line of JSON. */
interface Entry {
  readonly input: number;
  readonly source: string;
  /** Size and time of the input's file; a changed file is processed again. */
  readonly stamp: string;
  readonly text: string;
  readonly pictures: number;
  readonly unread: number;
}

async function keepAnswers(part: string, output: string, options: AnswersOptions) {
  const { sources, start } = options;
  const handle = await open(part, 'a+').catch((cause: NodeJS.ErrnoException) => {
    throw notWritable('--output', `${cause.code} for ${part}`, cause);
  });
  const lines = () => handle.readLines({ start: 0, autoClose: false, encoding: 'utf8' });
  const before = await readEntries(lines(), options);
  await handle.truncate(before.bytes);
  if (before.bytes === 0) await handle.appendFile(JSON.stringify(options.settings));
  if (before.inputs > 0)
    options.tell(`${part}: continuing after ${before.inputs} of ${sources.length} inputs`);
  let pending: Omit<Entry, 'stamp'> | undefined;
  let kept = 0;
  const flush = async () => {
    if (!pending) return;
    const entry: Entry = { ...pending, stamp: await stampOf(pending.source) };
    pending = undefined;
    kept += 1;
    await handle.appendFile(`\n${JSON.stringify(entry)}`);
  };
  return {
    /** What an earlier run of the same command answered: inputs from the first on, which are not processed again. */
    before: before as Answered,
    /** File that keeps the answers until all are complete; undefined when they are written directly. */
    part: part as string | undefined,
    /** Writes the answer of a picture. @param picture.input index of its input, from 0 */
    async write(text: string, { input, isUnread }: { readonly input: number; readonly isUnread: boolean }) {
      if (pending?.input !== input) await flush();
      const { text: earlier, pictures, unread } = pending ?? { text: '', pictures: 0, unread: 0 };
      const counts = { pictures: pictures + 1, unread: unread + Number(isUnread) };
      pending = { input, source: sources[input], text: earlier + text, ...counts };
    },
    /** Writes the text after the last answer, and puts the file in place. */
    async finish(end: string) {
      await flush();
      const target = await openOutput(output);
      try {
        await target.write(start);
        let left = before.entries + kept;
        for await (const line of lines()) {
          const entry = JSON.parse(line) as Entry | string;
          if (typeof entry === 'string') continue;
          left -= 1;
          await target.write(entry.text);
        }
        if (left !== 0) throw new Error(`Expected one run at a time to write ${part} but received several`);
        await target.write(end);
        await target.finish();
      } finally {
        await target.discard();
      }
      await handle.close();
      await rm(part, { force: true });
    },
    /** Closes the file without finishing it; kept answers stay for the next run. A second call has no effect. */
    discard: () => handle.close(),
  };
}

/** Reads the answers of an earlier run up to the first that does not fit the inputs; the last line may be truncated. */
async function readEntries(
  lines: AsyncIterable<string>,
  { sources, settings, tell }: AnswersOptions,
): Promise<Answered & { readonly entries: number; readonly bytes: number }> {
  let [bytes, entries, inputs, pictures, unread] = [0, 0, 0, 0, 0];
  for await (const line of lines) {
    const entry = parseLine(line);
    if (bytes === 0) {
      if (entry !== settings) {
        tell('The unfinished answers of an earlier, different command for this file are deleted.');
        break;
      }
      bytes = Buffer.byteLength(line);
      continue;
    }
    if (typeof entry !== 'object' || entry.input < inputs || entry.source !== sources[entry.input]) break;
    if (entry.stamp !== (await stampOf(entry.source))) break;
    bytes += 1 + Buffer.byteLength(line);
    entries += 1;
    inputs = entry.input + 1;
    pictures += entry.pictures;
    unread += entry.unread;
  }
  return { bytes, entries, inputs, pictures, unread };
}

function parseLine(line: string): Entry | string | undefined {
  try {
    return JSON.parse(line) as Entry | string;
  } catch {
    // A line that was truncated when the run was killed.
    return undefined;
  }
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => error.code ?? 'none');
  return typeof found === 'string' ? found : `${found.size} ${found.mtimeMs}`;
}
