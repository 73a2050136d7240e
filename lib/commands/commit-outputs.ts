import fs from 'node:fs';
import { FOLDER_VARIABLES, READER_VARIABLES } from '../core/experiment';
import { cleanNotebook, formatNotebook, type NotebookFile } from './clean-notebook';

/** What a part of the reference is made with. */
export interface ReferenceContext {
  /** results/reference, absolute. */
  readonly directory: string;
  /** This process' environment without any setting of an experiment: the defaults hold. */
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/** Takes a user's own data set out of an environment: nothing of it may stand in what is committed. */
export function withoutData(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...environment };
  for (const name of [...FOLDER_VARIABLES, ...READER_VARIABLES, 'PICTURES', 'SHOW_FACES']) delete rest[name];
  return rest;
}

/**
 * Puts an executed notebook, cleaned, in place of the committed one.
 * @param executed path of the notebook with fresh outputs
 * @param committed path of the notebook to replace
 */
export function commitOutputs(executed: string, committed: string): void {
  const notebook = JSON.parse(fs.readFileSync(executed, 'utf8')) as NotebookFile;
  fs.writeFileSync(committed, formatNotebook(cleanNotebook(notebook)));
}
