import { BLOCK_SIZE, type CutBlocks, landmarkBox } from '../lib/core/blocks';
import { EMOTIONS } from '../lib/core/emotions';
import type { Box, Point } from '../lib/core/geometry';
import type { RgbImage } from '../lib/core/image';
import { type Answer, type Attention, PATCHES } from './classify';
import type { PictureSource } from './source';

/** The likeliest expression's probability below which the page says that it is unsure. */
const ABSTAIN_BELOW = 0.5;

/** Minimum time between two announcements to a screen reader, in milliseconds. */
const SPOKEN_EVERY_MS = 2500;

const COLORS = { eyes: '#56b4e9', mouth: '#d55e00', points: '#ffffff', ink: '#22272e', attention: '#ff4fa3' };

/** Finds an element of the page by its id. */
export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found) return found as T;
  throw new Error(`Expected an element for ${id} but the page has none`);
}

/** A picture with its faces. */
export interface ShownPicture {
  readonly source: PictureSource;
  /** The analysed picture; faces are in its pixels. */
  readonly picture: RgbImage;
  readonly faces: readonly { readonly landmarks: Float32Array; readonly blocks: CutBlocks }[];
  /** The face that the answer is about, default the first. */
  readonly chosen?: number;
}

/** Shows pictures, blocks and answers. */
export interface View {
  /** Draws the picture, the chosen face's landmarks and blocks, and where the others are. */
  showPicture(shown: ShownPicture): void;
  /** Draws a picture without a face, and clears answer and blocks. */
  showNoFace(source: PictureSource, picture: RgbImage): void;
  /** Offers a button for each of several faces, until the signal. */
  listFaces(count: number, choose: (face: number) => void, signal: AbortSignal): void;
  /** Reports clicks in pixels of the analysed picture, until the signal. */
  onClick(tell: (point: Point) => void, signal: AbortSignal): void;
  showBlocks(blocks: CutBlocks, attention: Attention): void;
  showAnswer(answer: Answer): void;
  /** Clears answer and blocks. */
  clear(): void;
  showStatus(text: string): void;
}

/** Makes the view; the rows of the table are made once. */
export function createView(): View {
  const rows = EMOTIONS.map(addRow);
  let spokenAt = -Infinity;
  const verdict = element('answer');
  const showAnswer = ({ probabilities, best }: Answer) => {
    probabilities.forEach((probability, id) => rows[id].show(probability, id === best));
    const [name, confidence] = [EMOTIONS[best], probabilities[best]];
    const percent = `${Math.round(100 * confidence)} %`;
    const text = confidence < ABSTAIN_BELOW ? `unsure (${name} ${percent})` : `${name}, ${percent}`;
    verdict.textContent = text;
    Object.assign(verdict.dataset, { emotion: name, confidence: confidence.toFixed(4) });
    if (performance.now() - spokenAt < SPOKEN_EVERY_MS) return;
    spokenAt = performance.now();
    const spoken = confidence < ABSTAIN_BELOW ? 'unsure' : name;
    // A screen reader would repeat the same text.
    if (element('spoken').textContent !== spoken) element('spoken').textContent = spoken;
  };
  const clear = () => {
    rows.forEach((row) => row.show(0, false));
    verdict.textContent = '–';
    delete verdict.dataset.emotion;
    for (const id of ['eyes', 'mouth']) {
      const canvas = element<HTMLCanvasElement>(id);
      canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
    }
  };
  const showStatus = (text: string) => {
    const status = element('status');
    if (status.textContent !== text) status.textContent = text;
  };
  const showNoFace = (source: PictureSource, picture: RgbImage) => {
    showPicture({ source, picture, faces: [] });
    clear();
  };
  return { showPicture, showNoFace, listFaces, onClick, showBlocks, showAnswer, clear, showStatus };
}

function addRow(emotion: string): { show(probability: number, isBest: boolean): void } {
  const row = element<HTMLTableSectionElement>('probabilities');
  const line = document.createElement('tr');
  const [name, bar, text] = [
    document.createElement('th'),
    document.createElement('td'),
    document.createElement('td'),
  ];
  const progress = document.createElement('progress');
  name.scope = 'row';
  name.textContent = emotion;
  progress.max = 1;
  progress.setAttribute('aria-label', emotion);
  bar.append(progress);
  line.append(name, bar, text);
  row.append(line);
  const show = (probability: number, isBest: boolean) => {
    progress.value = probability;
    text.textContent = `${Math.round(100 * probability)} %`;
    line.className = isBest ? 'best' : '';
  };
  show(0, false);
  return { show };
}

function showPicture({ source, picture, faces, chosen = 0 }: ShownPicture): void {
  const canvas = element<HTMLCanvasElement>('picture');
  const scale = scaleOf(picture);
  const [width, height] = [picture.width, picture.height].map((side) => Math.round(side * scale));
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  canvas.dataset.scale = String(scale);
  const label =
    faces.length === 0
      ? 'Picture without a face'
      : `Picture, face ${chosen + 1} of ${faces.length} with its landmarks and both blocks`;
  canvas.setAttribute('aria-label', label);
  const context = canvas.getContext('2d')!;
  context.drawImage(source.image, 0, 0, width, height);
  faces.forEach(({ landmarks, blocks }, index) => {
    if (index !== chosen) return drawBox(context, landmarkBox(landmarks), scale, COLORS.points);
    drawBox(context, blocks.eyesBox, scale, COLORS.eyes);
    drawBox(context, blocks.mouthBox, scale, COLORS.mouth);
    drawPoints(context, landmarks, scale);
  });
}

/** Returns the scale of the drawn picture. */
function scaleOf({ width, height }: RgbImage): number {
  return Math.max(1, 480 / Math.max(width, height));
}

function drawPoints(context: CanvasRenderingContext2D, landmarks: Float32Array, scale: number): void {
  context.fillStyle = COLORS.points;
  context.strokeStyle = COLORS.ink;
  context.lineWidth = 1;
  for (let at = 0; at < landmarks.length; at += 2) {
    context.beginPath();
    context.arc(landmarks[at] * scale, landmarks[at + 1] * scale, 2, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

function listFaces(count: number, choose: (face: number) => void, signal: AbortSignal): void {
  if (count < 2) return;
  const list = element('faces');
  for (let face = 0; face < count; face++) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = `Face ${face + 1}`;
    button.addEventListener('click', () => choose(face));
    list.append(button);
  }
  signal.addEventListener('abort', () => list.replaceChildren(), { once: true });
}

function onClick(tell: (point: Point) => void, signal: AbortSignal): void {
  const canvas = element<HTMLCanvasElement>('picture');
  const click = ({ offsetX, offsetY }: MouseEvent) => {
    // The picture is fitted into its frame: it may have margins.
    const { width, height, clientWidth, clientHeight, dataset } = canvas;
    const scale = Math.min(clientWidth / width, clientHeight / height);
    const toPicture = (at: number, side: number, clientSide: number) =>
      (at - (clientSide - side * scale) / 2) / scale / Number(dataset.scale);
    tell({ x: toPicture(offsetX, width, clientWidth), y: toPicture(offsetY, height, clientHeight) });
  };
  canvas.addEventListener('click', click, { signal });
}

function drawBox(context: CanvasRenderingContext2D, box: Box, scale: number, color: string): void {
  for (const [style, width] of [
    [COLORS.ink, 5],
    [color, 3],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.strokeRect(box.x * scale, box.y * scale, box.width * scale, box.height * scale);
  }
}

function showBlocks(blocks: CutBlocks, attention: Attention): void {
  const patches = PATCHES ** 2;
  const highest = Math.max(0.02, ...attention);
  (['eyes', 'mouth'] as const).forEach((part, index) => {
    const canvas = element<HTMLCanvasElement>(part);
    const context = canvas.getContext('2d')!;
    drawGray(context, blocks[part]);
    const side = canvas.width / PATCHES;
    context.fillStyle = COLORS.attention;
    for (let patch = 0; patch < patches; patch++) {
      context.globalAlpha = (0.6 * attention[index * patches + patch]) / highest;
      context.fillRect((patch % PATCHES) * side, Math.floor(patch / PATCHES) * side, side, side);
    }
    context.globalAlpha = 1;
  });
}

const small = new OffscreenCanvas(BLOCK_SIZE, BLOCK_SIZE);

function drawGray(context: CanvasRenderingContext2D, levels: Uint8Array): void {
  const image = new ImageData(BLOCK_SIZE, BLOCK_SIZE);
  levels.forEach((level, pixel) => image.data.set([level, level, level, 255], 4 * pixel));
  small.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
}
