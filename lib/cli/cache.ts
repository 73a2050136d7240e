import type { Command } from 'commander';
import fs from 'node:fs';
import path from 'node:path';
import { homePath } from '../files/project';
import { print } from './terminal';

/** Defines `cache` and `cache clear`. */
export function define(command: Command): void {
  command
    .addHelpText(
      'after',
      `
Entries are named by settings and data. They stay until they are deleted here, and are computed again when they are
needed, which for trainings can take hours. Do not delete entries that a running command uses.

Examples:
  npx . cache
  npx . cache clear blocks`,
    )
    .action(() => listCache().forEach(print));
  command
    .command('clear')
    .description('delete one kind, or all, without asking')
    .argument('<kind>', 'kind as the list names it, such as blocks; or all')
    .action((kind: string) => clearCache(kind === 'all' ? undefined : kind).forEach(print));
}

/** Content of each kind; earlier versions may have left others. */
const KINDS: Readonly<Record<string, string>> = {
  blocks: 'found faces and cut blocks, in shards of 256 images',
  converted: 'images unpacked from tables',
  demo: 'the web page',
  evidence: "the studies' answers",
  generated: 'images drawn for the studies',
  training: 'checkpoints and weights of trainings, which took hours on photographs',
};

/** Units of an age, the largest first, in milliseconds. */
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Size and age of a kind. */
interface Contents {
  readonly files: number;
  readonly bytes: number;
  /** When the newest file was written, milliseconds since 1970; 0 without files. */
  readonly writtenMs: number;
}

/**
 * Lists the kinds in a cache, a line each: name, size, age of the newest file, content.
 * @param root the folder, absolute; default data/cache
 * @param nowMs milliseconds since 1970
 */
export function listCache(root = homePath('data', 'cache'), nowMs = Date.now()): string[] {
  const kinds = listKinds(root);
  if (kinds.length === 0) return [`${root} is empty.`];
  const rows = kinds.map((kind) => ({ kind, ...measure(path.join(root, kind)) }));
  const width = Math.max(...kinds.map((kind) => kind.length));
  return [
    `In ${root}:`,
    ...rows.map(({ kind, bytes, writtenMs }) => {
      const age = writtenMs === 0 ? 'empty' : formatAge(nowMs - writtenMs);
      return `${kind.padEnd(width)}  ${formatSize(bytes).padStart(10)}  ${age.padEnd(14)}  ${KINDS[kind] ?? 'unknown to this version'}`;
    }),
  ];
}

/**
 * Deletes one kind in a cache, or all. A link is deleted without its target.
 * @param kind as {@link listCache} names it; default every kind
 * @param root the folder, absolute; default data/cache
 * @returns a line per deleted kind
 * @throws RangeError for a missing kind
 */
export function clearCache(kind?: string, root = homePath('data', 'cache')): string[] {
  const kinds = listKinds(root);
  if (kind !== undefined && !kinds.includes(kind))
    throw new RangeError(
      `Expected one of ${kinds.join(', ') || 'none (the cache is empty)'} for kind but received ${kind}`,
    );
  const chosen = kind === undefined ? kinds : [kind];
  if (chosen.length === 0) return [`${root} is empty.`];
  return chosen.map((name) => {
    const place = path.join(root, name);
    const { files, bytes } = measure(place);
    fs.rmSync(place, { recursive: true });
    return `Deleted ${name}: ${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes)}, in ${place}`;
  });
}

function listKinds(root: string): string[] {
  return fs.existsSync(root) ? fs.readdirSync(root).sort() : [];
}

/** Measures a file, or all files below a folder; a link counts as itself. */
function measure(place: string): Contents {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (!stat) return { files: 0, bytes: 0, writtenMs: 0 };
  if (!stat.isDirectory()) return { files: 1, bytes: stat.size, writtenMs: stat.mtimeMs };
  const parts = fs.readdirSync(place).map((name) => measure(path.join(place, name)));
  return {
    files: parts.reduce((sum, { files }) => sum + files, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenMs: parts.reduce((newest, { writtenMs }) => Math.max(newest, writtenMs), 0),
  };
}

function formatAge(elapsedMs: number): string {
  const [unit, length] = UNITS.find(([, one]) => elapsedMs >= one) ?? UNITS[UNITS.length - 1];
  const count = Math.max(0, Math.floor(elapsedMs / length));
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}

function formatSize(bytes: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${(bytes / 1e6).toLocaleString('en-US', digits)} MB`;
}
