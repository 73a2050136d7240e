// Prints what failed and was skipped in mocha's JSON report, and closes with "N passed, N failed".
// Usage: summarize-tests.mjs REPORT OTHER_FAILURES. Exits with 1 when anything failed or was skipped.
import fs from 'node:fs';

const [file, otherFailures] = process.argv.slice(2);
let passed = 0;
let failed = Number(otherFailures);
if (fs.existsSync(file)) {
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const test of report.failures)
    console.log(`FAILED: ${test.fullTitle}\n${test.err.stack ?? test.err.message}`);
  for (const test of report.pending) console.log(`SKIPPED: ${test.fullTitle}`);
  passed = report.stats.passes;
  failed += report.stats.failures + report.stats.pending;
} else {
  console.log(`FAILED: mocha wrote no report to ${file}`);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
