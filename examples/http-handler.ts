// Answers POSTed pictures by JSON: node http-handler.js 8080; curl --data-binary @photo.jpg http://127.0.0.1:8080
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { loadPredictor, UnreadPictureError } from 'facial-expression-prior-attention';

const MAX_BYTES = 20e6;
const predictor = await loadPredictor();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  // fetch and curl state the length; a stream of unknown length is not taken.
  if (!(Number(request.headers['content-length']) <= MAX_BYTES))
    return void send(413, { error: `Expected at most ${MAX_BYTES} bytes` });
  await predictor.predict(await buffer(request)).then(
    (result) => send(200, result),
    (error: Error) => send(error instanceof UnreadPictureError ? 422 : 500, { error: error.message }),
  );
}

const server = createServer((request, response) => void answer(request, response));
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () =>
  console.log(`Port ${(server.address() as AddressInfo).port}`),
);
