import { DATASETS } from '../datasets/registry';

/** Prints each data set that can be read: what it holds, its licence, how to get it, and its form. */
export function runDatasets(print: (line: string) => void): void {
  for (const { id, title, content, licence, access, layout } of DATASETS) {
    print(`${id.padEnd(9)}${title}: ${content}`);
    for (const [label, text] of Object.entries({ licence, access, form: layout }))
      print(`${' '.repeat(9)}${label}: ${text}`);
  }
}
