import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** What the packages of Debian, Ubuntu, Fedora and Google call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Finds the Chromium that this machine's package manager installed; Playwright's own download is not used.
 * @throws Error that says what to install
 */
export function findChromium(searchPath: string = process.env.PATH ?? ''): string {
  const files = NAMES.flatMap((name) =>
    searchPath.split(path.delimiter).map((folder) => path.join(folder, name)),
  );
  const found = files.find((file) => fs.existsSync(file));
  if (found) return found;
  throw new Error(
    `Expected ${NAMES.join(' or ')} on the PATH but found none; Debian: apt-get install chromium`,
  );
}

/**
 * Starts Chromium without a window. Whoever starts it closes it.
 * @param flags further flags of Chromium's
 */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  // Chromium refuses its sandbox to root, which is whom a container runs as.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...sandbox, ...flags] });
}
