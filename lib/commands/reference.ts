import fs from 'node:fs';
import path from 'node:path';
import { EXPERIMENT_VARIABLES } from '../core/experiment';
import { projectRoot } from '../engine/project';
import { replaceSection, resultsToMarkdown } from '../study/readme';
import type { ReportFile } from '../study/report-file';
import { cleanNotebook, formatNotebook } from './clean-notebook';
import type { NotebookFile } from './clean-notebook';
import { REPORT_NOTEBOOK } from './notebook';
import { runReport } from './report';

/** What a run leaves beside the committed results: too large, or told by other files. */
const NOT_COMMITTED = /\.(html|ipynb)$/;

/**
 * Makes what is committed anew: results/reference, the notebook's outputs, and the README's table. Everything is computed from
 * scratch, with the defaults, whatever the environment says.
 * @throws Error when the report cannot be made
 */
export async function runReference(print: (line: string) => void): Promise<void> {
  const directory = path.join(projectRoot(), 'results', 'reference');
  for (const cache of ['data/sample', 'data/cache']) {
    fs.rmSync(path.join(projectRoot(), cache), { recursive: true, force: true });
  }
  const settings = [...Object.keys(EXPERIMENT_VARIABLES), 'FERG_DIR', 'IMAGES_DIR', 'ENGINE'];
  const kept = Object.entries(process.env).filter(([name]) => !settings.includes(name));
  removeFigures(directory);
  await runReport({ resultsDirectory: directory, environment: Object.fromEntries(kept), print });
  commitOutputs(
    path.join(directory, path.basename(REPORT_NOTEBOOK)),
    path.join(projectRoot(), REPORT_NOTEBOOK),
  );
  for (const name of fs.readdirSync(directory).filter((file) => NOT_COMMITTED.test(file))) {
    fs.rmSync(path.join(directory, name));
  }
  quoteResults(path.join(directory, 'report.json'));
  print('Made anew: results/reference, the outputs in the notebook, the table in the README.');
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

/** Takes away the figures of the last reference run: with other defaults theirs would have other names. */
function removeFigures(directory: string): void {
  if (!fs.existsSync(directory)) return;
  const figures = fs.readdirSync(directory).filter((name) => /\.(png|svg|vl\.json)$/.test(name));
  for (const name of figures) fs.rmSync(path.join(directory, name));
}

function quoteResults(reportFile: string): void {
  const report = JSON.parse(fs.readFileSync(reportFile, 'utf8')) as ReportFile;
  const readme = path.join(projectRoot(), 'README.md');
  const text = fs.readFileSync(readme, 'utf8');
  fs.writeFileSync(readme, replaceSection(text, 'results', resultsToMarkdown(report)));
}
