import { BLOCK_SIZE } from '../lib/core/blocks';
import { EMOTIONS } from '../lib/core/emotions';
import type { Box } from '../lib/core/geometry';
import type { RgbImage } from '../lib/core/image';
import type { CutBlocks } from '../lib/core/landmarks';
import { type Answer, type Attention, PATCHES } from './classify';
import type { PictureSource } from './source';

/** The likeliest expression's probability below which the page says that it is unsure. */
const ABSTAIN_BELOW = 0.5;

/** Least time between two things that a screen reader is told, in milliseconds. */
const SPOKEN_EVERY_MS = 2500;

const COLORS = { eyes: '#56b4e9', mouth: '#d55e00', points: '#ffffff', ink: '#22272e', attention: '#ff4fa3' };

/** The page's parts by their ids. */
export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found) return found as T;
  throw new Error(`Expected an element for ${id} but the page has none`);
}

/** Shows pictures, blocks and answers. */
export interface View {
  /** Draws the picture with what was found in it, in pixels of the picture looked at. */
  showPicture(source: PictureSource, looked: RgbImage, landmarks?: Float32Array, blocks?: CutBlocks): void;
  showBlocks(blocks: CutBlocks, attention: Attention): void;
  showAnswer(answer: Answer): void;
  /** Takes answer and blocks away. */
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
    // The same text again would be told again.
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
  return { showPicture, showBlocks, showAnswer, clear, showStatus };
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

function showPicture(
  source: PictureSource,
  looked: RgbImage,
  landmarks?: Float32Array,
  blocks?: CutBlocks,
): void {
  const canvas = element<HTMLCanvasElement>('picture');
  const scale = Math.max(1, 480 / Math.max(looked.width, looked.height));
  const [width, height] = [looked.width, looked.height].map((side) => Math.round(side * scale));
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  context.drawImage(source.image, 0, 0, width, height);
  if (!landmarks || !blocks) return;
  drawBox(context, blocks.eyesBox, scale, COLORS.eyes);
  drawBox(context, blocks.mouthBox, scale, COLORS.mouth);
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
