import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { saveFigure, type Figure } from '../figures/figure';
import { projectRoot } from '../files/project';

/** Returns the absolute path of a study's folder of committed files. */
export function studyDirectory(study: 'evidence' | 'real-faces'): string {
  return path.join(projectRoot(), 'results', 'reference', study);
}

/**
 * Saves the summary and the charts of a study.
 * @param summary saved as results/reference/STUDY.json
 * @param charts saved in the study's folder by the names of their files; undefined ones are left out
 */
export async function saveStudy(
  study: 'evidence' | 'real-faces',
  summary: object,
  charts: Readonly<Record<string, Figure | undefined>>,
): Promise<void> {
  const directory = studyDirectory(study);
  fs.writeFileSync(`${directory}.json`, `${JSON.stringify(summary, null, 2)}\n`);
  for (const [name, chart] of Object.entries(charts)) if (chart) await saveFigure(chart, directory, name);
}

/** Writes a text as `NAME.gz` in a directory. The same text gives the same bytes. */
export function writePacked(directory: string, name: string, text: string): void {
  fs.writeFileSync(path.join(directory, `${name}.gz`), gzipSync(text, { level: 9 }));
}

/**
 * Reads a text that {@link writePacked} wrote.
 * @throws Error when the file is missing or broken
 */
export function readPacked(directory: string, name: string): string {
  return gunzipSync(fs.readFileSync(path.join(directory, `${name}.gz`))).toString('utf8');
}

/**
 * Encodes ascending positions as ranges: `0-3,7` for 0, 1, 2, 3, 7.
 * @param positions integers of 0 or more, ascending, each once
 */
export function packPositions(positions: readonly number[]): string {
  const starts = positions.filter((position, at) => positions[at - 1] !== position - 1);
  const ends = positions.filter((position, at) => positions[at + 1] !== position + 1);
  return starts.map((start, at) => (start === ends[at] ? start : `${start}-${ends[at]}`)).join();
}

/**
 * Decodes what {@link packPositions} encoded.
 * @throws RangeError for another text
 */
export function unpackPositions(text: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((part) => {
    const [first, last] = /^\d+(-\d+)?$/.test(part) ? part.split('-').map(Number) : [NaN, NaN];
    const length = (last ?? first) - first + 1;
    if (!(length > 0)) throw new RangeError(`Expected positions such as 0-3,7 for text but received ${part}`);
    return Array.from({ length }, (_, offset) => first + offset);
  });
}
