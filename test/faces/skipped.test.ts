import assert from 'node:assert/strict';
import { toSkippedCsv } from '../../lib/faces/store/skipped';

const missed = (path: string, reason: string) => ({
  record: { path, character: 'aia', emotion: 'joy' as const },
  kind: 'no-face',
  reason,
});

describe('toSkippedCsv', () => {
  it('is only the header when no frame was skipped', () => {
    assert.equal(toSkippedCsv([]), 'path,kind,reason\r\n');
  });

  it('quotes commas, quotes and line breaks, in any script', () => {
    const csv = toSkippedCsv([missed('a/顔.png', 'plain'), missed('b, "c".png', 'two\nlines')]);
    assert.equal(
      csv,
      'path,kind,reason\r\na/顔.png,no-face,plain\r\n"b, ""c"".png",no-face,"two\nlines"\r\n',
    );
  });
});
