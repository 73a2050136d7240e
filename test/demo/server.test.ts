import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { buildDemo } from '../../lib/demo/build';
import { serveFolder } from '../../lib/demo/server';
import { useTemporaryFolder, writeFiles } from '../support/folder';

/** Asks as it stands: unlike fetch, it tidies no path up and lies about the host when told. */
function ask(
  address: string,
  target: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
  const { hostname, port, host } = new URL(address);
  const headers = { host: options.host ?? host };
  return new Promise((resolve, reject) => {
    const request = http.request(
      { hostname, port, path: target, method: options.method, headers },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      },
    );
    request.on('error', reject).end();
  });
}

describe('buildDemo', () => {
  it('says which model file is missing before it deletes the page of an earlier build', async () => {
    await assert.rejects(
      buildDemo('/nope'),
      /^RangeError: Expected .* model .* received \/nope: no such file/,
    );
  });
});

describe('serveFolder', () => {
  const folder = useTemporaryFolder();
  let server: Awaited<ReturnType<typeof serveFolder>>;

  beforeEach(async () => {
    writeFiles(folder(), { 'page/index.html': '<p>page</p>', 'page/a/b.js': '1', 'secret.txt': 'secret' });
    server = await serveFolder(path.join(folder(), 'page'), 0);
  });
  afterEach(() => server.close());

  it('serves the files of its folder, with a policy that allows no foreign script', async () => {
    const page = await ask(server.address, '/');
    assert.deepEqual([page.status, page.text], [200, '<p>page</p>']);
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'? (?!;)|https?:|\*/);
    const script = await ask(server.address, '/a/b.js?x=1');
    assert.deepEqual([script.text, script.headers['content-type']], ['1', 'text/javascript']);
  });

  for (const target of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/a/..%2f..%2fsecret.txt',
    '/a',
    '/%',
    '/%00',
    '/..%5csecret.txt',
    '//secret.txt',
    '/none',
  ]) {
    it(`finds nothing at ${target}`, async () => {
      const { status, text } = await ask(server.address, target);
      assert.equal(status, 404);
      assert.doesNotMatch(text, /secret/);
    });
  }

  it('listens to this machine only and answers no other name or method', async () => {
    assert.match(server.address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.equal((await ask(server.address, '/', { host: 'evil.example' })).status, 403);
    assert.equal((await ask(server.address, '/', { method: 'POST' })).status, 405);
    assert.deepEqual((await ask(server.address, '/', { method: 'HEAD' })).text, '');
  });
});
