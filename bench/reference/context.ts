import fs from 'node:fs';
import path from 'node:path';
import { replaceSectionIn } from '../../lib/study/markdown';

/** Arguments of every part of the reference. */
export interface ReferenceContext {
  /** results/reference, absolute. */
  readonly directory: string;
  /** This process' environment without any setting of an experiment, so that the defaults hold. */
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/**
 * Writes a committed result, and the table of it in a text.
 * @param name of the JSON file in results/reference, without its extension
 * @param table.page path of the text from the project's folder
 * @param table.section name of the section that is replaced; default `name`
 */
export function writeReference(
  { directory, print }: ReferenceContext,
  name: string,
  result: object,
  table?: { readonly page: string; readonly section?: string; readonly text: string },
): void {
  fs.writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  if (table) replaceSectionIn(table.page, table.section ?? name, table.text);
  print(`Written: results/reference/${name}.json${table ? `, and its table in ${table.page}` : ''}.`);
}
