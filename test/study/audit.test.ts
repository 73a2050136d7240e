import assert from 'node:assert/strict';
import type { BlockSet } from '../../lib/core/blocks';
import { auditBlocks, formatDatasheet } from '../../lib/study/audit';
import { makeBlockSet, missedRow } from '../support/blocks';

const record = (index: number, character: string) => ({
  path: `${character}/${index}.png`,
  character,
  emotion: 'joy' as const,
});

/** Three faces: two alike of aia, a flat one of ray, and a miss of ray. */
const pixels = Uint8Array.from(
  [2, 2, 0].flatMap((slope) => Array.from({ length: 1024 }, (_, at) => 9 + slope * (at % 32))),
);
const blocks: BlockSet = makeBlockSet([record(0, 'aia'), record(1, 'aia'), record(2, 'ray')], {
  eyes: pixels,
  mouth: pixels,
  detectors: ['whole-image', 'whole-image', 'assumed'],
  skipped: [missedRow(3)],
});

const about = { title: 'T', licence: 'L', access: 'A', content: 'C' };

describe('auditBlocks', () => {
  const audit = auditBlocks(blocks, 1);

  it('counts frames and faces found by group', () => {
    assert.deepEqual(audit.characters, [
      { name: 'aia', frames: 2, found: 2 },
      { name: 'ray', frames: 2, found: 1 },
    ]);
    assert.deepEqual(audit.cells, [
      [0, 0, 0, 2, 0, 0, 0],
      [0, 0, 1, 1, 0, 0, 0],
    ]);
    assert.deepEqual(audit.missed, [{ name: 'no-face', frames: 1, found: 0 }]);
    assert.equal(audit.assumed, 1);
  });

  it('finds near-duplicates, and the block of least contrast', () => {
    assert.equal(audit.duplicates, 2);
    assert.equal(audit.worst[0], 2);
    assert.equal(audit.contrast[2], 0);
  });

  it('lists the splits that are not possible', () => {
    const clips = audit.splits.find(({ split }) => split === 'clips');
    assert.match((clips as { reason: string }).reason, /names no clips/);
    const official = audit.splits.find(({ split }) => split === 'official');
    assert.match((official as { reason: string }).reason, /has no official sides/);
  });

  it('becomes a datasheet', () => {
    const text = formatDatasheet(audit, { ...about, records: blocks.records });
    assert.match(text, /4 frames, 3 with blocks \(75\.00 %\)/);
    assert.match(text, /\| ray \| 1 of 2 \| 50\.00 % \|/);
    assert.match(text, /\| no-face \| 1 \|/);
    assert.match(text, /^Mean landmarks are assumed for 1 of 3 cropped faces/m);
    assert.match(text, /\| 1 \| ray\/2\.png \| ray \| joy \| 0\.0 \|/, 'the first in worst.png');
  });

  it('shows names in one line of a table, escaped and shortened', () => {
    const path = `a|b\n<i>*${'x'.repeat(200)}.png`;
    const records = blocks.records.map((one, index) => (index === 2 ? { ...one, path } : one));
    const row = formatDatasheet(audit, { ...about, records })
      .split('\n')
      .find((line) => line.startsWith('| 1 |'));
    assert.ok(row!.startsWith('| 1 | a\\|b \\<i\\>\\*xxx'), row);
    assert.ok(row!.includes('x… | ray |') && row!.length < 160, row);
  });
});
