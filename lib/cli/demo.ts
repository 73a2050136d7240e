import { once } from 'node:events';
import { defineCommand, integer, print, text } from './command';

/** Defines `demo`. */
export const define = defineCommand({
  options: {
    port: integer('--port <number>', 'port; 0: any free one', 0, 65535).or(8808),
    model: text('-m, --model <file>', "model file; default: the project's model"),
  },
  async run({ port, model }) {
    const { buildDemo } = await import('../demo/build');
    const { serveFolder } = await import('../demo/server');
    const server = await serveFolder(await buildDemo(model), port);
    print(`The page is at ${server.address} (Ctrl-C stops the server).`);
    await once(process, 'SIGINT');
    await server.close();
  },
});
