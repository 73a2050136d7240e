import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

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
 * Serves the files of one folder to this machine only, and answers nobody who calls it by another name.
 * @param folder absolute
 * @param port 0: any that is free
 * @throws Error when the port is taken
 */
export async function serveFolder(folder: string, port: number): Promise<FolderServer> {
  const root = await fs.realpath(folder);
  const server = http.createServer((request, response) => {
    void answer(root, request)
      .catch((error: unknown) => ({ status: 500, text: (error as Error).name }))
      .then((reply) => send(response, request, reply));
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

type Reply =
  | { readonly status: number; readonly text: string }
  | { readonly status: 200; readonly bytes: Buffer; readonly type: string };

async function answer(root: string, { method, url, headers }: http.IncomingMessage): Promise<Reply> {
  // A page elsewhere whose name leads here (DNS rebinding) comes with its own name.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? ''))
    return { status: 403, text: 'Forbidden' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'Method Not Allowed' };
  const file = await locate(root, url ?? '/');
  if (!file) return { status: 404, text: 'Not Found' };
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
  return { status: 200, bytes: await fs.readFile(file), type };
}

/** Finds the file of an address. @returns undefined when it is none, lies elsewhere, or is reached by a link */
async function locate(root: string, url: string): Promise<string | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(url.split(/[?#]/, 1)[0]);
  } catch {
    // An address that cannot be decoded is the address of nothing.
    return undefined;
  }
  if (name.includes('\0') || name.includes('\\')) return undefined;
  const file = path.join(root, name.endsWith('/') ? `${name}index.html` : name);
  const real = await fs.realpath(file).catch(() => undefined);
  if (!real || real !== file || !real.startsWith(root + path.sep)) return undefined;
  return (await fs.stat(real)).isFile() ? real : undefined;
}

function send(response: http.ServerResponse, { method }: http.IncomingMessage, reply: Reply): void {
  const bytes = 'bytes' in reply ? reply.bytes : Buffer.from(`${reply.text}\n`);
  const type = 'bytes' in reply ? reply.type : 'text/plain; charset=utf-8';
  response.writeHead(reply.status, { ...HEADERS, 'Content-Type': type, 'Content-Length': bytes.length });
  response.end(method === 'HEAD' ? undefined : bytes);
}
