import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { DEFAULT_EXPERIMENT } from '../core/experiment-settings';
import type { FrameRecord } from '../core/record';
import { expectWritable, homePath } from '../files/project';
import { defineCommand, print } from './command';
import { SHARED } from './experiment';
import { preprocess } from './preprocess';

/** Defines `audit`. */
export const define = defineCommand({
  operands: { '<dir>': 'folder of the data set' },
  options: SHARED.reader,
  help: 'The data set is preprocessed first. Results go to results/latest/audit.',
  async run(values, [directory]) {
    const { findDataset } = await import('../datasets/registry');
    const { loadStore } = await import('../faces/store/store');
    const { auditBlocks, formatDatasheet } = await import('../study/audit');
    const absolute = path.resolve(directory);
    const name = path.basename(absolute);
    // Each folder has a store of its own.
    const store = homePath('data', 'stores', `audit-${name}-${hash('sha256', absolute).slice(0, 8)}`);
    // Checked here, because the error of `preprocess` would name the option --out.
    expectWritable(store);
    const { file, records } = await preprocess(directory, { ...values, out: store });
    const blocks = withRecords(await loadStore(file), records);
    const found = auditBlocks(blocks, DEFAULT_EXPERIMENT.seed);
    const out = homePath('results', 'latest', 'audit');
    fs.mkdirSync(out, { recursive: true });
    if (found.worst.length > 0) await drawWorst(blocks, found.worst, out);
    const sheet = path.join(out, 'datasheet.md');
    const { title, licence, access, content } = findDataset(values.dataset);
    const about = { records: blocks.records, title: `${name}, read as ${title}`, licence, access, content };
    fs.writeFileSync(sheet, formatDatasheet(found, about));
    print(`datasheet: ${path.relative('', sheet)}`);
  },
});

async function drawWorst(blocks: BlockSet, worst: readonly number[], folder: string): Promise<void> {
  const { saveFigure } = await import('../figures/figure');
  const { imageGrid } = await import('../figures/sheets');
  const [width, height, area] = [BLOCK_SIZE, BLOCK_SIZE, BLOCK_SIZE * BLOCK_SIZE];
  const items = worst.flatMap((face, index) =>
    (['eyes', 'mouth'] as const).map((block) => ({
      image: { width, height, data: blocks[block].subarray(area * face, area * (face + 1)) },
      caption: `${index + 1} ${block}`,
    })),
  );
  const title = 'Blocks with the lowest contrast';
  await saveFigure(await imageGrid(items, { title, columns: 8, cellPx: 96 }), folder, 'worst');
}

/** Replaces the store's records by the reader's, which have official sides. */
function withRecords(blocks: BlockSet, records: readonly FrameRecord[]): BlockSet {
  const known = new Map(records.map((record) => [record.path, record]));
  const find = (record: FrameRecord) => known.get(record.path) ?? record;
  const skipped = blocks.skipped.map((frame) => ({ ...frame, record: find(frame.record) }));
  return { ...blocks, records: blocks.records.map(find), skipped };
}
