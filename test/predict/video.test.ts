import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expandInputs } from '../../lib/predict/inputs';
import { FACE_API_MODEL } from '../../lib/predict/model';
import { predictInputs, type LookedAt, type PredictInputsOptions } from '../../lib/predict/predict-inputs';
import { isUnread, loadPredictor, type Predictor } from '../../lib/predict/predictor';
import { readFrames } from '../../lib/predict/video';
import { portraitPng } from '../faces/photos';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';

/** In CI a skipped test counts as a failed one. */
const describeFfmpeg = spawnSync('ffmpeg', ['-version']).error
  ? (title: string, define: () => void) =>
      describe.skip(`${title} (skipped: no ffmpeg on the PATH; Debian: apt-get install ffmpeg)`, define)
  : (title: string, define: () => void) => describe(title, define);

function makeFilm(given: readonly string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...given]);
}

describeFfmpeg('a film of two portraits, a second each', function () {
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  let predictor: Predictor;

  before(async function () {
    this.timeout(60_000);
    await startFastest();
    predictor = await loadPredictor({ model: FACE_API_MODEL });
  });
  after(() => predictor.dispose());

  beforeEach(async () => {
    for (const index of [0, 1]) {
      fs.writeFileSync(at(`${index}.png`), await portraitPng(index));
      for (let copy = 0; copy < 10; copy++)
        fs.copyFileSync(at(`${index}.png`), at(`frame-${index}${copy}.png`));
    }
    // Without loss, so that its frames are the portraits to the bit.
    const input = ['-framerate', '10', '-i', at('frame-%02d.png')];
    makeFilm([...input, '-c:v', 'ffv1', '-pix_fmt', 'bgr0', at('film.mkv')]);
  });

  async function look(names: readonly string[], options: PredictInputsOptions = {}): Promise<LookedAt[]> {
    const looked: LookedAt[] = [];
    const inputs = await expandInputs(names.map(at));
    for await (const one of predictInputs(predictor, inputs, options)) looked.push(one);
    return looked;
  }

  it('is answered two pictures a second, each as the portrait that is then shown', async function () {
    this.timeout(30_000);
    const [first, second, ...frames] = await look(['0.png', '1.png', 'film.mkv']);
    assert.deepEqual(
      frames.map(({ result }) => !isUnread(result) && result.seconds),
      [0, 0.5, 1, 1.5],
    );
    for (const [index, { result }] of frames.entries()) {
      const portrait = (index < 2 ? first : second).result;
      assert.ok(!isUnread(result) && !isUnread(portrait) && portrait.faces.length === 1);
      assert.deepEqual(result.faces, portrait.faces);
    }
  });

  it('ends when asked to, between two of its frames', async () => {
    let asked = 0;
    const looked = await look(['film.mkv'], { shouldStop: () => ++asked > 3 });
    // Asked before the film, then before each frame.
    assert.equal(looked.length, 2);
    assert.ok(looked.every(({ result }) => !isUnread(result)));
  });

  it('has one frame at least, and none is larger than what a detector sees', async () => {
    makeFilm(['-i', at('0.png'), '-vf', 'scale=2000:1200', '-frames:v', '1', at('large.mkv')]);
    const sizes: number[][] = [];
    for await (const { image } of readFrames(at('large.mkv'), 1)) sizes.push([image.width, image.height]);
    assert.deepEqual(sizes, [[1024, 614]]);
  });

  it('is told as a problem of its file when it is broken, and the others are answered', async () => {
    fs.writeFileSync(at('broken.mp4'), 'none');
    const [broken, missing, portrait] = await look(['broken.mp4', 'missing.mp4', '0.png']);
    assert.ok(isUnread(broken.result) && isUnread(missing.result) && !isUnread(portrait.result));
    assert.match(broken.result.reason, /Expected a video that ffmpeg reads for .*broken\.mp4 but received: /);
    assert.match(missing.result.reason, /missing\.mp4.*No such file/s);
  });

  it('asks nobody in the network, although it is a playlist that names a server', async () => {
    let requests = 0;
    const server = http.createServer((_, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const part = `http://127.0.0.1:${port}/part.ts`;
    fs.writeFileSync(
      at('list.mp4'),
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${part}\n#EXT-X-ENDLIST\n`,
    );
    const [list] = await look(['list.mp4']);
    server.close();
    assert.ok(isUnread(list.result));
    assert.equal(requests, 0);
  });
});

describe('a film without ffmpeg', () => {
  const searchPath = process.env.PATH;
  afterEach(() => (process.env.PATH = searchPath));

  it('is refused with what to install', async () => {
    process.env.PATH = '';
    const frames = readFrames('film.mp4', 2);
    await assert.rejects(frames.next(), /Expected ffmpeg on the PATH for film\.mp4 .*apt-get install ffmpeg/);
  });
});
