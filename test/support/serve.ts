import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Serves files as a web server does, on a free port of this machine.
 * @param files content by path, which begins with a slash
 * @returns its address, without a slash at the end, the paths that were asked for, and what ends it
 */
export async function serveFiles(files: ReadonlyMap<string, Uint8Array>) {
  const requests: string[] = [];
  const server = http.createServer(({ url }, response) => {
    requests.push(url!);
    response.writeHead(files.has(url!) ? 200 : 404).end(files.get(url!));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}
