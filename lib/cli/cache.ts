import fs from 'node:fs';
import path from 'node:path';
import { unexpected } from '../core/errors';
import { homePath } from '../files/project';
import { defineCommand, print } from './command';

/** Defines `cache` and `cache clear`. */
export const define = defineCommand({
  help: `Entries are named by settings and data. They stay until they are deleted here, and are computed again when they are
needed, which for trainings can take hours. Do not delete entries that a running command uses.

Examples:
  npx . cache
  npx . cache clear blocks
  npx . cache clear all`,
  run: () => listCache().forEach(print),
  commands: {
    clear: defineCommand({
      description: 'delete one kind, or all, without asking',
      operands: { '<kind>': 'kind as the list names it, such as blocks; or all' },
      run: (_, [kind]) => clearCache(kind).forEach(print),
    }),
  },
});

/** Content of each kind. A cache of an earlier version may have other kinds. */
const KINDS: Readonly<Record<string, string>> = {
  blocks: 'found faces and cut blocks, in shards of 256 images',
  converted: 'images unpacked from tables',
  demo: 'the web page',
  evidence: "the studies' answers",
  generated: 'images drawn for the studies',
  training: 'checkpoints and weights of trainings, which took hours on photographs',
};

/** Units of an age in milliseconds, the largest first. */
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Lists the kinds in data/cache, a line each: name, size, age of the newest file, content. */
export function listCache(): string[] {
  const { root, kinds } = findKinds();
  if (kinds.length === 0) return [`${root} is empty.`];
  const width = Math.max(...kinds.map((kind) => kind.length));
  const lines = kinds.map((kind) => {
    const files = listFiles(path.join(root, kind));
    const newestMs = files.reduce((newest, { mtimeMs }) => Math.max(newest, mtimeMs), 0);
    const age = files.length === 0 ? 'empty' : formatAge(Date.now() - newestMs);
    const content = KINDS[kind] ?? 'unknown to this version';
    return `${kind.padEnd(width)}  ${formatSize(files).padStart(10)}  ${age.padEnd(14)}  ${content}`;
  });
  return [`In ${root}:`, ...lines];
}

/**
 * Deletes one kind in data/cache, or all. A link is deleted without its target.
 * @param kind as {@link listCache} names it, or `all`
 * @returns a line per deleted kind
 * @throws RangeError for a missing kind
 */
export function clearCache(kind: string): string[] {
  const { root, kinds } = findKinds();
  if (kinds.length === 0) return [`${root} is empty.`];
  if (![...kinds, 'all'].includes(kind)) throw unexpected(`one of ${kinds.join(', ')}, all`, 'kind', kind);
  return (kind === 'all' ? kinds : [kind]).map((name) => {
    const place = path.join(root, name);
    const files = listFiles(place);
    fs.rmSync(place, { recursive: true });
    const count = `${files.length.toLocaleString('en-US')} ${files.length === 1 ? 'file' : 'files'}`;
    return `Deleted ${name}: ${count}, ${formatSize(files)}, in ${place}`;
  });
}

function findKinds(): { root: string; kinds: string[] } {
  const root = homePath('data', 'cache');
  return { root, kinds: fs.existsSync(root) ? fs.readdirSync(root).sort() : [] };
}

/** Lists a file, or all files below a folder; a link counts as itself. A running command may have removed a listed file. */
function listFiles(place: string): fs.Stats[] {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [stat] : [];
  return fs.readdirSync(place).flatMap((name) => listFiles(path.join(place, name)));
}

function formatAge(elapsedMs: number): string {
  const [unit, length] = UNITS.find(([, one]) => elapsedMs >= one) ?? UNITS[UNITS.length - 1];
  return new Intl.RelativeTimeFormat('en-US').format(-Math.max(0, Math.floor(elapsedMs / length)), unit);
}

function formatSize(files: readonly fs.Stats[]): string {
  const megabytes = files.reduce((sum, { size }) => sum + size, 0) / 1e6;
  return `${megabytes.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}
