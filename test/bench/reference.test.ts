import assert from 'node:assert/strict';
import { REFERENCE_PARTS, runReference } from '../../bench/reference/reference';

describe('runReference', () => {
  it('refuses an unknown part before it makes anything', async () => {
    const lines: string[] = [];
    await assert.rejects(
      runReference(['report', 'repotr'], (line) => lines.push(line)),
      /Expected one of report.* for parts but received repotr/,
    );
    assert.deepEqual(lines, []);
  });

  it('makes the report first, which the others build on', () => {
    assert.equal(REFERENCE_PARTS[0], 'report');
  });
});
