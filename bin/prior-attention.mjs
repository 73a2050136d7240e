#!/usr/bin/env node
// npm links a command when a package is installed, before `npm run setup` has compiled it: so this file stands for it.
import fs from 'node:fs';

const compiled = new URL('../dist/cli.js', import.meta.url);
if (fs.existsSync(compiled)) {
  await import(compiled.href);
} else {
  process.stderr.write('Expected compiled helpers but found none: run `npm run setup` first\n');
  process.exitCode = 1;
}
