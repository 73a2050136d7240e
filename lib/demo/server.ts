import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** Allows scripts and styles of the page's own folder and WebAssembly only; no text is evaluated, no data leaves. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/**
 * Serves a folder's present files to this machine only, and only under this machine's local names.
 * @param folder absolute
 * @param port 0: any free one
 * @returns address such as `http://127.0.0.1:8080/`; `close` closes open connections too
 * @throws Error when the port is taken
 */
export async function serveFolder(folder: string, port: number) {
  const serve = sirv(folder, { etag: true, extensions: ['html'] });
  const server = http.createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = refuse(request);
    if (refusal) response.writeHead(refusal).end();
    else serve(request, response);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = async (): Promise<void> => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  };
  return { address, close };
}

/** Returns the status of a refused request; undefined for an accepted one. */
function refuse({ method, headers }: http.IncomingMessage): number | undefined {
  // A foreign page whose name resolves to this machine (DNS rebinding) sends its own name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return 403;
  return method === 'GET' || method === 'HEAD' ? undefined : 405;
}
