import fs from 'node:fs';
import path from 'node:path';
import { hashFiles, listFiles, projectRoot } from '../files/project';
import { runCommand } from './command';
import { isStamped } from './python';
import type { StepOutcome } from './step';

/** Compiles lib to dist, which is what notebooks import. */
export async function setUpCompiled(): Promise<StepOutcome> {
  if (!isCompiledStale()) return { state: 'reused', detail: 'dist is up to date with lib' };
  const wanted = sourcesHash();
  fs.rmSync(path.join(projectRoot(), 'dist'), { recursive: true, force: true });
  await runCommand([process.execPath, require.resolve('typescript/bin/tsc')]);
  fs.writeFileSync(stampFile(), wanted);
  return { state: 'done', detail: 'lib was compiled to dist' };
}

/** Tells whether dist was compiled from other sources than those in lib now. */
export function isCompiledStale(): boolean {
  return !isStamped(stampFile(), sourcesHash());
}

function stampFile(): string {
  return path.join(projectRoot(), 'dist', 'sources.sha256');
}

function sourcesHash(): string {
  return hashFiles([...listFiles('lib', '.ts'), 'tsconfig.json']);
}
