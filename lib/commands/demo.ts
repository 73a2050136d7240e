import { once } from 'node:events';
import { buildDemo } from '../demo/build';
import { serveFolder } from '../demo/server';

/**
 * Puts the page together and serves it until Ctrl-C.
 * @param options.port 0: any that is free
 * @param options.model path of a model file; default the project's own
 * @throws Error when the page cannot be built or the port is taken
 */
export async function runDemo(options: {
  readonly port: number;
  readonly model?: string;
  readonly print: (line: string) => void;
}): Promise<void> {
  const { port, model, print } = options;
  const server = await serveFolder(await buildDemo(model), port);
  print(`The page is at ${server.address} (Ctrl-C ends it).`);
  await once(process, 'SIGINT');
  await server.close();
}
