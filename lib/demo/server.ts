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

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

/** A running server. */
export interface FolderServer {
  /** Such as `http://127.0.0.1:8080/`. */
  readonly address: string;
  /** Stops the server and closes open connections. */
  close(): Promise<void>;
}

/**
 * Serves a folder's present files to this machine only, and only under this machine's local names.
 * @param folder absolute
 * @param port 0: any free one
 * @throws Error when the port is taken
 */
export async function serveFolder(folder: string, port: number): Promise<FolderServer> {
  const serve = sirv(folder, { etag: true, extensions: ['html'] });
  const server = http.createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = refuse(request);
    if (refusal) response.writeHead(refusal).end();
    else serve(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${taken}/`, close };
}

/** Returns the status of a refused request; undefined for an accepted one. */
function refuse({ method, headers }: http.IncomingMessage): number | undefined {
  // A foreign page whose name resolves to this machine (DNS rebinding) sends its own name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return 403;
  return method === 'GET' || method === 'HEAD' ? undefined : 405;
}
