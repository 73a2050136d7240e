import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { predictFiles } from '../../lib/cli/predict';
import type { RgbImage } from '../../lib/core/image';
import { CHARACTERS, readSample, writeSample } from '../../lib/characters';
import { FACE_API_MODEL } from '../../lib/predict/classifier';
import {
  expandInputs,
  predictInputs,
  type InputPrediction,
  type PredictInputsOptions,
} from '../../lib/predict/predict-inputs';
import {
  isUnread,
  loadPicturePredictor,
  type PicturePrediction,
  type PicturePredictor,
} from '../../lib/predict/predictor';
import { readFrames, type VideoError, type VideoFrame } from '../../lib/predict/video';
import { recognizeFile } from '../../lib/predict/video-file';
import { portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';
import { serveFiles } from '../support/serve';

/** In CI a skipped test counts as a failed one. */
const describeFfmpeg = spawnSync('ffmpeg', ['-version']).error
  ? (title: string, define: (this: Mocha.Suite) => void) =>
      describe.skip(`${title} (skipped: no ffmpeg on the PATH; Debian: apt-get install ffmpeg)`, define)
  : (title: string, define: (this: Mocha.Suite) => void) => describe(title, define);

function makeFilm(given: readonly string[]): void {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', ...given]);
}

describeFfmpeg('a film of two portraits, a second each', function () {
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  let predictor: PicturePredictor;

  before(async function () {
    this.timeout(60_000);
    await startFastest();
    predictor = await loadPicturePredictor({ model: FACE_API_MODEL });
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

  async function look(
    names: readonly string[],
    options: PredictInputsOptions = {},
  ): Promise<InputPrediction[]> {
    const looked: InputPrediction[] = [];
    const { inputs } = await expandInputs(names.map(at));
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
    makeFilm(['-i', at('0.png'), '-vf', 'scale=2000:1200,setsar=1', '-frames:v', '1', at('large.mkv')]);
    const sizes: number[][] = [];
    for await (const { image } of readFrames(at('large.mkv'), 1)) sizes.push([image.width, image.height]);
    assert.deepEqual(sizes, [[1024, 614]]);
  });

  it('is reported as a problem of its file when it is broken, and the others are answered', async () => {
    fs.writeFileSync(at('broken.mp4'), '\0\0\0\x08ftypisom and no more');
    const [broken, missing, portrait] = await look(['broken.mp4', 'missing.mp4', '0.png']);
    assert.ok(isUnread(broken.result) && isUnread(missing.result) && !isUnread(portrait.result));
    assert.match(broken.result.reason, /Expected a video that ffmpeg reads for .*broken\.mp4 but received: /);
    assert.match(missing.result.reason, /Expected a file or folder for .*missing\.mp4 but found none/);
  });

  it('makes no network request, although it is a playlist that names a server', async () => {
    const server = await serveFiles(new Map());
    const part = `${server.address}/part.ts`;
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${part}\n#EXT-X-ENDLIST\n`;
    fs.writeFileSync(at('list.mp4'), playlist);
    const [list] = await look(['list.mp4']);
    await assert.rejects(readFrames(at('list.mp4'), 2).next(), /Expected a video that ffmpeg reads/);
    server.close();
    assert.ok(isUnread(list.result));
    assert.deepEqual(server.requests, []);
  });
});

describeFfmpeg('a film of a drawn face, as people film', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  let picture: Buffer;

  before(async () => {
    const drawn = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-'));
    await writeSample({
      directory: drawn,
      clipsPerCell: 1,
      framesPerClip: 1,
      characters: CHARACTERS.slice(0, 1),
    });
    const [{ path: first }] = await readSample(drawn);
    picture = fs.readFileSync(path.join(drawn, first));
    fs.rmSync(drawn, { recursive: true });
  });

  /** Four seconds of the picture, ten times a second; the first argument comes before all others of the output. */
  function film(name: string, ...output: string[]): string {
    fs.writeFileSync(at('face.png'), picture);
    const input = ['-loop', '1', '-framerate', '10', '-t', '4', '-i', at('face.png')];
    makeFilm([...input, ...output, at(name)]);
    return at(name);
  }

  async function readAll(file: string, framesPerSecond = 2): Promise<VideoFrame[]> {
    const frames: VideoFrame[] = [];
    for await (const frame of readFrames(file, framesPerSecond)) frames.push(frame);
    return frames;
  }

  async function distance({ data }: RgbImage): Promise<number> {
    const drawn = await sharp(picture).removeAlpha().raw().toBuffer();
    assert.equal(data.length, drawn.length);
    return data.reduce((sum, value, index) => sum + Math.abs(value - drawn[index]), 0) / drawn.length;
  }

  it('is read at 10 bits: ProRes, VP9 of profile 2, lossless', async () => {
    const films = [
      film('prores.mov', '-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le'),
      film('vp9.webm', ...'-c:v libvpx-vp9 -profile:v 2 -pix_fmt yuv420p10le -deadline realtime'.split(' ')),
      film('lossless.mkv', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le'),
    ];
    for (const name of films) {
      const frames = await readAll(name);
      assert.equal(frames.length, 8, name);
      const difference = await distance(frames[0].image);
      assert.ok(difference < 8, `${name}: mean difference ${difference} of 255`);
    }
  });

  it('is shown as wide and high as players show it, when its pixels are not square', async () => {
    const lossless = ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'];
    for (const [name, squeeze] of [
      ['narrow.mkv', 'scale=64:256,setsar=4'],
      ['low.mkv', 'scale=256:64,setsar=1/4'],
    ]) {
      const [{ image }] = await readAll(film(name, '-vf', squeeze, ...lossless));
      assert.deepEqual([image.width, image.height], [256, 256], name);
      assert.ok((await distance(image)) < 12, name);
    }
  });

  it('has each of its pictures once, with its own time, however unevenly they come', async () => {
    const uneven = "setpts='if(lt(N,5),N,3*N-10)/10/TB'";
    const lossless = ['-c:v', 'ffv1', '-pix_fmt', 'bgr0', '-fps_mode', 'vfr', '-frames:v', '8'];
    const name = film('uneven.mkv', '-vf', uneven, ...lossless);
    const times = async (rate: number) => (await readAll(name, rate)).map(({ seconds }) => seconds);
    assert.deepEqual(await times(30), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.8, 1.1]);
    assert.deepEqual(await times(2), [0, 0.5, 1.1]);
  });

  it('gives what was read and then how much is missing, when it was cut off', async () => {
    const coded = ['-c:v', 'mpeg4', '-g', '1', '-q:v', '2'];
    const wholes = [
      film('index-first.mp4', ...coded, '-movflags', '+faststart'),
      film('film.mkv', ...coded),
      film('film.avi', ...coded),
      film('pieces.mp4', ...coded, '-movflags', 'frag_keyframe+empty_moov'),
      film('stream.ts', '-c:v', 'mpeg2video', '-r', '25', '-g', '1'),
    ];
    for (const whole of wholes) {
      assert.equal((await readAll(whole)).length, 8, whole);
      const bytes = fs.readFileSync(whole);
      const cut = at(`cut-${path.basename(whole)}`);
      fs.writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length / 2) + 1));
      const frames = readFrames(cut, 2);
      let count = 0;
      const readOn = async () => {
        for await (const { image } of frames) count += Number(image.width === 256);
      };
      const isStated = !/pieces|stream/.test(whole);
      const told = isStated
        ? /states 4\.\d s and ends after [12]\.\d s: [12]\.\d s are missing/
        : /ends early, after [12]\.\d s/;
      await assert.rejects(readOn(), (error: VideoError) => {
        assert.match(error.message, told, whole);
        return error.kind === 'truncated' && error.message.includes(cut);
      });
      assert.ok(count >= 3 && count <= 5, `${whole}: ${count}`);
    }
    const last = film('index-last.mp4', ...coded);
    fs.truncateSync(last, 5000);
    await assert.rejects(readAll(last), /index, which stands at the end, is missing: was it cut off/);
  });

  it('is whole although its sound is longer', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=8'];
    const coded = ['-c:v', 'mpeg4', '-c:a', 'aac'];
    film('silent.mp4', '-c:v', 'mpeg4');
    for (const name of ['loud.mp4', 'loud.mkv']) {
      makeFilm(['-i', at('silent.mp4'), ...sound, ...coded, at(name)]);
      assert.equal((await readAll(at(name))).length, 8, name);
    }
  });

  it('is recognized by its content, whatever its name, and answered; cut off, the command fails', async () => {
    await startFastest();
    const name = film('film.jpg.mkv', '-c:v', 'mpeg4', '-q:v', '2', '-vf', 'scale=64:256,setsar=4');
    fs.renameSync(name, at('film.jpg'));
    fs.writeFileSync(at('face.mp4'), picture);
    fs.writeFileSync(at('cut.mov'), fs.readFileSync(at('film.jpg')).subarray(0, -2000));
    const files = ['face.mp4', 'film.jpg', 'cut.mov'].map(at);
    const request = { format: 'json', output: at('answers.json'), fps: 0.5 } as const;
    assert.equal(await predictFiles(files.slice(0, 2), request), 0);
    assert.equal(await predictFiles(files.slice(1), request), 1);
    const answers = JSON.parse(fs.readFileSync(request.output, 'utf8')) as PicturePrediction[];
    assert.deepEqual(
      answers.map(({ seconds, faces }) => [seconds, faces?.length]),
      [
        [0, 1],
        [2, 1],
        [0, 1],
        [2, 1],
        [undefined, undefined],
      ],
    );
    assert.match(JSON.stringify(answers[4]), /truncated.*are missing/);
  });
});

describe('recognizeFile', () => {
  const folder = useTemporaryFolder();

  it('recognizes videos and pictures by their first bytes, and not playlists or other files', async () => {
    const packet = `G${'\0'.repeat(187)}`;
    const files: Record<string, [start: string, kind: 'picture' | 'video' | undefined]> = {
      'phone.heic': ['\0\0\0\x18ftypheic\0\0\0\0', 'picture'],
      'picture.avif': ['\0\0\0\x18ftypavif', 'picture'],
      'camera.cr3': ['\0\0\0\x18ftypcrx \0\0\0\x01', 'picture'],
      'phone.dat': ['\0\0\0\x18ftypqt  ', 'video'],
      'camera.bin': [packet.repeat(3), 'video'],
      'picture.gif': [`GIF89a${'G'.repeat(400)}`, 'picture'],
      'old.mov': ['\0\0\x01\0mdat', 'video'],
      'film.jpg': ['\x1aE\xdf\xa3', 'video'],
      'photo.mp4': ['\xff\xd8\xff\xe0', 'picture'],
      'series.mjpeg': ['\xff\xd8\xff\xe0', 'video'],
      'list.mp4': ['#EXTM3U\n', undefined],
      'icon.ico': ['\0\0\x01\0\x01\0', undefined],
      'short.mp4': ['', undefined],
    };
    for (const [name, [start, kind]] of Object.entries(files)) {
      writeFiles(folder(), { [name]: Buffer.from(start, 'latin1') });
      assert.equal(await recognizeFile(path.join(folder(), name)), kind, name);
    }
    assert.equal(await recognizeFile(folder()), undefined);
    await assert.rejects(recognizeFile(path.join(folder(), 'missing.mp4')), /ENOENT/);
  });
});

describe('a film without ffmpeg', () => {
  const searchPath = process.env.PATH;
  afterEach(() => (process.env.PATH = searchPath));

  it('is refused with a hint what to install', async () => {
    process.env.PATH = '';
    const frames = readFrames('film.mp4', 2);
    await assert.rejects(frames.next(), /Expected ffmpeg on the PATH for film\.mp4 .*apt-get install ffmpeg/);
  });
});
