import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { findChromium } from './chromium';
import { useTemporaryFolder } from './folder';

describe('finding Chromium', () => {
  const folder = useTemporaryFolder();

  it('takes the first of its names on the PATH', () => {
    const file = path.join(folder(), 'chromium-browser');
    fs.writeFileSync(file, '');
    assert.equal(findChromium(`/nowhere${path.delimiter}${folder()}`), file);
  });

  it('says what to install where there is none', () => {
    assert.throws(
      () => findChromium(folder()),
      /Expected chromium or .* on the PATH but found none; Debian: apt-get install chromium/,
    );
  });
});
