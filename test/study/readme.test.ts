import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../lib/files/project';
import { replaceSection } from '../../lib/study/markdown';
import { resultsToMarkdown, type ReportFile } from '../../lib/study/report';
import { assertSection, readReference, readText } from '../support/assertions';

describe('the README', () => {
  it('quotes results/reference/report.json to the digit', () => {
    assertSection('README.md', 'results', resultsToMarkdown(readReference<ReportFile>('report')));
  });

  it('shows pictures that exist', () => {
    const pictures = Array.from(
      readText('README.md').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g),
      ([, file]) => file,
    );
    assert.ok(pictures.length >= 2);
    for (const picture of pictures) assert.ok(fs.existsSync(path.join(projectRoot(), picture)), picture);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const named = Array.from(readText('README.md').matchAll(/npm run ([\w:-]+)/g), ([, name]) => name);
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });
});

describe('replaceSection', () => {
  it('replaces what stands between the marks', () => {
    assert.equal(
      replaceSection('a <!-- x -->old<!-- /x --> b', 'x', 'new'),
      'a <!-- x -->\n\nnew\n\n<!-- /x --> b',
    );
  });

  it('refuses a text without the marks', () => {
    assert.throws(() => replaceSection('<!-- x -->', 'x', ''), /Expected <!-- x --> and <!-- \/x -->/);
  });
});
