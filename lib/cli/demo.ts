import type { Command } from 'commander';
import { once } from 'node:events';
import { numberBetween } from './number';
import { print } from './terminal';

/** Defines `demo`. */
export function define(command: Command): void {
  command
    .option('--port <number>', 'port; 0: any free one', numberBetween(0, 65535, { isWhole: true }), 8808)
    .option('-m, --model <file>', "model file; default: the project's model")
    .action(async ({ port, model }: { readonly port: number; readonly model?: string }) => {
      const { buildDemo } = await import('../demo/build');
      const { serveFolder } = await import('../demo/server');
      const server = await serveFolder(await buildDemo(model), port);
      print(`The page is at ${server.address} (Ctrl-C stops the server).`);
      await once(process, 'SIGINT');
      await server.close();
    });
}
