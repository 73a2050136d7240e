import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { landmarkBox } from '../lib/core/blocks';
import { type Attention, type BrowserClassifier, loadBrowserClassifier, PATCHES } from './classify';
import { type FaceFinder, loadFaceFinder, nearestTo } from './faces';
import { createGrabber, openCamera, openPicture, openSample, type PictureSource } from './source';
import { createView, element, type ShownPicture } from './view';

/** Number of patches that are covered with each picture of a moving source; eight pictures cover all. */
const PATCHES_A_PICTURE = 4;
const ALL_PATCHES = Array.from({ length: 2 * PATCHES ** 2 }, (_, patch) => patch);

const view = createView();
const grabber = createGrabber();
let running = new AbortController();

/** Networks, and the state of the attention map. */
interface Loop {
  readonly finder: FaceFinder;
  readonly classifier: BrowserClassifier;
  readonly attention: Attention;
  next: number;
}

async function start(): Promise<void> {
  const backend = await startBrowserEngine(new URLSearchParams(location.search).get('backend'));
  const finder = await loadFaceFinder('faces/');
  const classifier = await loadBrowserClassifier('model.safetensors');
  const loop: Loop = { finder, classifier, attention: new Float32Array(ALL_PATCHES.length), next: 0 };
  element('about').textContent = `Model: ${classifier.model.description}. It runs on ${backend}.`;
  // For the console, and for tests that compare backends.
  Object.assign(globalThis, { priorAttention: { logits: classifier.logits, memory: () => tf.memory() } });
  wire(loop);
  view.showStatus('Ready. Start the camera, drop a picture, or play the drawn sample.');
  document.documentElement.dataset.state = 'ready';
}

function wire(loop: Loop): void {
  const file = element<HTMLInputElement>('file');
  const drop = element('drop');
  const open = (id: string, opening: () => Promise<PictureSource>) => void watch(loop, id, opening);
  element('camera').addEventListener('click', () => open('camera', openCamera));
  element('sample').addEventListener('click', () => open('sample', () => openSample('sample')));
  element('choose').addEventListener('click', () => file.click());
  element('stop').addEventListener('click', () => stop('Stopped.'));
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    if (chosen) open('choose', () => openPicture(chosen));
    file.value = '';
  });
  for (const event of ['dragenter', 'dragover', 'dragleave', 'drop'] as const)
    document.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.classList.toggle('over', event === 'dragenter' || event === 'dragover');
      const dropped = event === 'drop' ? dragged.dataTransfer?.files[0] : undefined;
      if (dropped) open('choose', () => openPicture(dropped));
    });
}

function stop(text: string): void {
  running.abort();
  press(undefined);
  view.showStatus(text);
}

function press(id: string | undefined): void {
  for (const name of ['camera', 'sample', 'choose'])
    element(name).setAttribute('aria-pressed', String(name === id));
  element<HTMLButtonElement>('stop').disabled = id === undefined;
}

/**
 * Starts TensorFlow.js.
 * @param asked `webgl`; anything else is wasm, which runs the same in every current browser
 * @returns the backend in use
 */
async function startBrowserEngine(asked: string | null): Promise<string> {
  setWasmPaths('wasm/');
  const wanted = asked === 'webgl' ? 'webgl' : 'wasm';
  if (!(await tf.setBackend(wanted)) && !(await tf.setBackend('cpu')))
    throw new Error(`Expected ${wanted} to run in this browser but it did not`);
  await tf.ready();
  return tf.getBackend();
}

async function watch(loop: Loop, id: string, opening: () => Promise<PictureSource>): Promise<void> {
  running.abort();
  const { signal } = (running = new AbortController());
  press(id);
  view.clear();
  view.showStatus('Opening…');
  let source: PictureSource | undefined;
  try {
    source = await opening();
    loop.finder.forget();
    loop.attention.fill(0);
    await (source.isMoving ? lookOn(loop, source, signal) : lookAtAll(loop, source, signal));
  } catch (error) {
    if (!signal.aborted) stop((error as Error).message);
  } finally {
    source?.close();
  }
}

/** Analyses one face of consecutive pictures until it is stopped; a click chooses another face. */
async function lookOn(loop: Loop, source: PictureSource, signal: AbortSignal): Promise<void> {
  const { finder, classifier } = loop;
  const times: number[] = [];
  view.onClick(finder.choose, signal);
  while (!signal.aborted) {
    source.advance();
    const picture = grabber.grab(source);
    const landmarks = await finder.find(picture, (side) => grabber.grab(source, side));
    const blocks = landmarks && classifier.cut(picture, landmarks);
    if (blocks) await show(loop, { source, picture, faces: [{ landmarks, blocks }] }, takeTurns(loop));
    else view.showNoFace(source, picture);
    if (signal.aborted) return;
    const fps = countRate(times);
    document.documentElement.dataset.fps = fps.toFixed(1);
    view.showStatus(blocks ? `${fps.toFixed(0)} pictures a second.` : 'No face in sight.');
    await new Promise(requestAnimationFrame);
  }
}

/** Analyses all faces of a picture: shows the largest, or the one that a click chooses, until it is stopped. */
async function lookAtAll(loop: Loop, source: PictureSource, signal: AbortSignal): Promise<void> {
  const picture = grabber.grab(source);
  const found = await loop.finder.findAll(picture, (side) => grabber.grab(source, side));
  const faces = found.flatMap((landmarks) => {
    const blocks = loop.classifier.cut(picture, landmarks);
    return blocks ? [{ landmarks, blocks }] : [];
  });
  if (signal.aborted) return;
  if (faces.length === 0) {
    view.showNoFace(source, picture);
    return stop('No face was found in this picture.');
  }
  await show(loop, { source, picture, faces }, ALL_PATCHES);
  if (signal.aborted) return;
  press(undefined);
  const choose = (chosen: number) => void show(loop, { source, picture, faces, chosen }, ALL_PATCHES);
  view.listFaces(faces.length, choose, signal);
  view.onClick(
    (point) =>
      choose(
        nearestTo(
          faces.map(({ landmarks }) => landmarkBox(landmarks)),
          point,
        ),
      ),
    signal,
  );
  view.showStatus(faces.length > 1 ? `${faces.length} faces; a click chooses one.` : 'One picture.');
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

async function show(
  { classifier, attention }: Loop,
  shown: ShownPicture,
  patches: readonly number[],
): Promise<void> {
  const { landmarks, blocks } = shown.faces[shown.chosen ?? 0];
  view.showPicture(shown);
  view.showAnswer(await classifier.classify(blocks, landmarks, patches, attention));
  view.showBlocks(blocks, attention);
}

/** Counts the pictures of the last two seconds. */
function countRate(times: number[]): number {
  const now = performance.now();
  times.push(now);
  while (times[0] < now - 2000) times.shift();
  return times.length > 1 ? (1000 * (times.length - 1)) / (now - times[0]) : 0;
}

function takeTurns(loop: Loop): number[] {
  const taken = Array.from(
    { length: PATCHES_A_PICTURE },
    (_, index) => (loop.next + index) % ALL_PATCHES.length,
  );
  loop.next = (loop.next + PATCHES_A_PICTURE) % ALL_PATCHES.length;
  return taken;
}

start().catch((error: unknown) => {
  document.documentElement.dataset.state = 'failed';
  view.showStatus(`This page cannot start: ${(error as Error).message}`);
});
