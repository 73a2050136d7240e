import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** How often memory is looked at. */
const EVERY_MS = 250;

/** Watches how much memory a process and all that it started take together. */
export interface RssWatch {
  /** Ends watching. @returns the peak in MB (10^6 bytes) */
  stop(): number;
}

/**
 * Watches the resident memory of a process and of all below it, four times a second.
 * @param pid the topmost process
 * @throws Error where there is no /proc
 */
export function watchRss(pid: number): RssWatch {
  let peak = totalRssMb(pid);
  const timer = setInterval(() => (peak = Math.max(peak, totalRssMb(pid))), EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Gives the resident memory of a process and of all below it, in MB (10^6 bytes). */
export function totalRssMb(pid: number): number {
  const pageBytes = (pageSize ??= Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })));
  const parents = new Map<number, number>();
  const pages = new Map<number, number>();
  for (const name of fs.readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const stat = readIfThere(`/proc/${name}/stat`);
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    parents.set(Number(name), Number(fields[1]));
    pages.set(Number(name), Number(fields[21]));
  }
  const isBelow = (one: number | undefined): boolean => one === pid || (!!one && isBelow(parents.get(one)));
  let total = 0;
  for (const [one, count] of pages) if (isBelow(one)) total += count || 0;
  return (total * pageBytes) / 1e6;
}

let pageSize: number | undefined;

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}
