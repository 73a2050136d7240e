import assert from 'node:assert/strict';
import { type NotebookFile, toCleanText } from '../../lib/notebook/notebooks';

function executedNotebook(run: number): string {
  const stream = { output_type: 'stream', name: 'stdout', text: ['1\n'] };
  const log = { output_type: 'stream', name: 'stderr', text: [`I000${run} native log`] };
  return JSON.stringify({
    cells: [
      { cell_type: 'markdown', id: `m${run}`, source: '# Title\ntext', metadata: { run } },
      {
        cell_type: 'code',
        id: `c${run}`,
        source: 'a',
        metadata: { execution: { run } },
        execution_count: run,
        outputs: [log, stream],
      },
    ],
    metadata: { language_info: { version: `20.${run}` } },
    nbformat: 4,
    nbformat_minor: run,
  });
}

describe('toCleanText', () => {
  it('makes two runs with the same outputs equal to the byte', () => {
    const [first, second] = [1, 2].map((run) => toCleanText(executedNotebook(run)));
    assert.equal(first, second);
  });

  it('keeps source and outputs, and drops counts, times and the native log', () => {
    const [markdown, code] = (JSON.parse(toCleanText(executedNotebook(7))) as NotebookFile).cells;
    assert.deepEqual(markdown.source, ['# Title\n', 'text']);
    assert.equal(code.execution_count, null);
    assert.deepEqual(
      code.outputs?.map((output) => output.name),
      ['stdout'],
    );
    assert.deepEqual(code.metadata, {});
  });

  it('leaves a clean notebook as it is', () => {
    const clean = toCleanText(executedNotebook(1));
    assert.equal(toCleanText(clean), clean);
    assert.match(clean, /^\{\n "cells": \[\n  \{\n   "cell_type": "markdown"/, 'sorted keys, one space');
  });
});
