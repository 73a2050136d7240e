import { defineCommand, print } from './command';

/** Defines `datasets`. */
export const define = defineCommand({
  async run() {
    const { DATASETS } = await import('../datasets/registry');
    for (const { id, title, content, licence, access, layout } of DATASETS) {
      print(`${id.padEnd(9)}${title}: ${content}`);
      for (const [label, text] of Object.entries({ licence, access, form: layout }))
        print(`${' '.repeat(9)}${label}: ${text}`);
    }
  },
});
