import http from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** Scripts and styles of the page's own folder, WebAssembly, and nothing else; nothing is evaluated or sent. */
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
  /** Ends it, open connections included. */
  close(): Promise<void>;
}

/**
 * Serves the files that a folder has now to this machine only, and answers nobody who calls it by another name.
 * @param folder absolute
 * @param port 0: any that is free
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

/** Gives the status that a request is refused with; undefined when it is answered. */
function refuse({ method, headers }: http.IncomingMessage): number | undefined {
  // A page elsewhere whose name leads here (DNS rebinding) comes with its own name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return 403;
  return method === 'GET' || method === 'HEAD' ? undefined : 405;
}
