// Runs the test suite on other versions of Node.js: node scripts/test-on-nodes.mjs VERSION...
// The binaries are the npm registry's (package node-<platform>-<architecture>), kept in .nodes/.
// Exits with 1 when a version's suite has a failure, or, where REQUIRE_NATIVE is set, a skipped test.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function installNode(version) {
  const folder = path.join(root, '.nodes', version);
  const name = `node-${process.platform}-${process.arch}`;
  const binary = path.join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (fs.existsSync(binary)) return binary;
  fs.mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
  const { status } = spawnSync(npm, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error(`Expected Node.js ${version} to be installed but npm ended with ${status}`);
  return binary;
}

let failures = 0;
for (const version of process.argv.slice(2)) {
  const report = path.join(root, 'results', 'latest', `tests-node-${version}.json`);
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.rmSync(report, { force: true });
  const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const args = [mocha, 'test/**/*.test.ts', '--reporter', 'json', '--reporter-option', `output=${report}`];
  spawnSync(installNode(version), args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (!fs.existsSync(report)) {
    console.log(`Node.js ${version}: mocha wrote no report`);
    failures += 1;
    continue;
  }
  const { stats, failures: failed, pending } = JSON.parse(fs.readFileSync(report, 'utf8'));
  console.log(
    `Node.js ${version}: ${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped`,
  );
  for (const test of failed) console.log(`  FAILED: ${test.fullTitle}\n    ${test.err.message}`);
  for (const test of pending) console.log(`  SKIPPED: ${test.fullTitle}`);
  failures += stats.failures + (process.env.REQUIRE_NATIVE ? stats.pending : 0);
}
process.exitCode = failures === 0 ? 0 : 1;
