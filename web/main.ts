import * as tf from '@tensorflow/tfjs';
import { type Attention, type BrowserClassifier, loadBrowserClassifier, PATCHES } from './classify';
import { startBrowserEngine } from './engine';
import { type FaceFinder, loadFaceFinder } from './faces';
import { createGrabber, openCamera, openPicture, openSample, type PictureSource } from './source';
import { createView, element } from './view';

/** Patches that are covered with each picture of a moving source: all have had their turn after eight pictures. */
const PATCHES_A_PICTURE = 4;
const ALL_PATCHES = Array.from({ length: 2 * PATCHES ** 2 }, (_, patch) => patch);

const view = createView();
const grabber = createGrabber();
let run = 0;

/** Everything that a picture goes through. */
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
  run += 1;
  press(undefined);
  view.showStatus(text);
}

function press(id: string | undefined): void {
  for (const name of ['camera', 'sample', 'choose'])
    element(name).setAttribute('aria-pressed', String(name === id));
  element<HTMLButtonElement>('stop').disabled = id === undefined;
}

async function watch(loop: Loop, id: string, opening: () => Promise<PictureSource>): Promise<void> {
  const own = ++run;
  press(id);
  view.clear();
  view.showStatus('Opening…');
  let source: PictureSource | undefined;
  try {
    source = await opening();
    loop.finder.forget();
    loop.attention.fill(0);
    await look(loop, source, () => run === own);
  } catch (error) {
    if (run === own) stop((error as Error).message);
  } finally {
    source?.close();
  }
}

async function look(loop: Loop, source: PictureSource, isWanted: () => boolean): Promise<void> {
  const times: number[] = [];
  while (isWanted()) {
    source.advance();
    const hasFace = await lookOnce(loop, source);
    if (!isWanted()) return;
    if (!source.isMoving) {
      press(undefined);
      return view.showStatus(hasFace ? 'One picture.' : 'No face was found in this picture.');
    }
    const fps = countRate(times);
    document.documentElement.dataset.fps = fps.toFixed(1);
    view.showStatus(hasFace ? `${fps.toFixed(0)} pictures a second.` : 'No face in sight.');
    await new Promise(requestAnimationFrame);
  }
}

/** Counts the pictures of the last two seconds. */
function countRate(times: number[]): number {
  const now = performance.now();
  times.push(now);
  while (times[0] < now - 2000) times.shift();
  return times.length > 1 ? (1000 * (times.length - 1)) / (now - times[0]) : 0;
}

async function lookOnce(loop: Loop, source: PictureSource): Promise<boolean> {
  const { finder, classifier, attention } = loop;
  const picture = grabber.grab(source);
  const landmarks = await finder.find(picture, (side) => grabber.grab(source, side));
  const blocks = landmarks && classifier.cut(picture, landmarks);
  view.showPicture(source, picture, landmarks, blocks);
  element('picture').setAttribute('aria-label', blocks ? 'Picture with a face, its landmarks and both blocks' : 'Picture without a face'); // prettier-ignore
  if (!blocks) {
    view.clear();
    return false;
  }
  const patches = source.isMoving ? takeTurns(loop) : ALL_PATCHES;
  view.showAnswer(await classifier.classify(blocks, landmarks, patches, attention));
  view.showBlocks(blocks, attention);
  return true;
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
