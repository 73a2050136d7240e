import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../lib/files/project';

describe('the compiled kernels', () => {
  it('are what the compiler makes of their sources', async function () {
    this.timeout(300_000);
    const script = path.join(projectRoot(), 'scripts', 'compile-kernels.mjs');
    await promisify(execFile)(process.execPath, [script, '--check']);
  });
});
