import type { Box } from '../core/geometry';
import { EYES_LANDMARKS, LANDMARK_COUNT, MOUTH_LANDMARKS } from '../core/blocks';
import type { FaceView } from './diagrams';
import { IMAGE, layer, makeChart, nominal, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { readImageSize, toPixelPicture, toThumbnail } from './images';
import { BLOCK_COLORS, COLORS } from './theme';

/** A face that is selected by character, emotion and frame. */
export interface ExplorableFace extends FaceView {
  readonly character: string;
  readonly emotion: string;
  /** From 1, within character and emotion. */
  readonly frame: number;
}

const IMAGE_PX = 300;
const BLOCK_PX = 128;
/** Images are stored smaller than they are drawn, because a chart has many of them. */
const THUMBNAIL_PX = 160;

/**
 * Charts one of many faces: controls below the chart select character, emotion and frame, and the chart shows its image,
 * landmarks, boxes and blocks. No kernel is needed. The still picture shows the first face.
 * @param faces at least one; each adds about ten kilobytes
 * @throws RangeError for no faces
 */
export async function blockExplorer(faces: readonly ExplorableFace[]): Promise<ChartFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const [{ character, emotion, frame }] = faces;
  const control = (name: string, value: string | number, input: object) => {
    return { name, value, bind: { name: `${name} `, ...input } };
  };
  const select = (name: 'character' | 'emotion', value: string) =>
    control(name, value, { input: 'select', options: [...new Set(faces.map((face) => face[name]))] });
  const last = Math.max(...faces.map((face) => face.frame));
  const selected = 'datum.character === character && datum.emotion === emotion && datum.frame === frame';
  const layers = [imageLayer('image', IMAGE_PX), boxLayer('eyes'), boxLayer('mouth'), LANDMARK_LAYER];
  const text = 'From image to blocks';
  return makeChart(`${text}: ${character}, ${emotion}, frame ${frame} of ${faces.length} faces`, {
    title: { text, subtitle: 'Pick a character, an expression and a frame below the chart' },
    data: { values: await Promise.all(faces.map(toDatum)) },
    params: [
      select('character', character),
      select('emotion', emotion),
      control('frame', frame, { input: 'range', min: 1, max: last, step: 1 }),
    ],
    transform: [{ filter: selected }],
    hconcat: [
      { width: IMAGE_PX, height: IMAGE_PX, layer: layers },
      { vconcat: [blockPanel('eyes'), blockPanel('mouth')] },
    ],
  });
}

/** Coordinates are shares of the image's width and height. */
async function toDatum({ image, eyes, mouth, landmarks, ...face }: ExplorableFace) {
  const size = await readImageSize(image);
  const share = (value: number, side: number) => Math.round((1e4 * value) / side) / 1e4;
  const edges = (name: 'eyes' | 'mouth', { x, y, width, height }: Box) => ({
    [`${name}Left`]: share(x, size.width),
    [`${name}Right`]: share(x + width, size.width),
    [`${name}Top`]: share(y, size.height),
    [`${name}Bottom`]: share(y + height, size.height),
  });
  const coordinates = (offset: 0 | 1, side: number) =>
    Array.from({ length: LANDMARK_COUNT }, (_, index) => share(landmarks[2 * index + offset], side));
  return {
    character: face.character,
    emotion: face.emotion,
    frame: face.frame,
    image: await toThumbnail(image, THUMBNAIL_PX),
    eyes: await toPixelPicture(eyes, BLOCK_PX / eyes.width),
    mouth: await toPixelPicture(mouth, BLOCK_PX / mouth.width),
    ...edges('eyes', face.eyesBox),
    ...edges('mouth', face.mouthBox),
    landmarkX: coordinates(0, size.width),
    landmarkY: coordinates(1, size.height),
  };
}

function blockPanel(name: 'eyes' | 'mouth') {
  const title = { text: `${name} block, 32×32`, fontSize: 12, offset: 4 };
  return { ...imageLayer(name, BLOCK_PX), title, width: BLOCK_PX, height: BLOCK_PX };
}

function imageLayer(field: string, sidePx: number) {
  const place = { x: { value: 0 }, y: { value: 0 } };
  return layer('image', { width: sidePx, height: sidePx, ...IMAGE }, { url: nominal(field), ...place });
}

function shareOf(field: string, reverse: boolean) {
  return quantitative(field, { axis: null, scale: { domain: [0, 1], reverse, nice: false } });
}

function boxLayer(name: 'eyes' | 'mouth') {
  const encoding = {
    x: shareOf(`${name}Left`, false),
    x2: { field: `${name}Right` },
    y: shareOf(`${name}Top`, true),
    y2: { field: `${name}Bottom` },
  };
  return layer('rect', { filled: false, stroke: BLOCK_COLORS[name], strokeWidth: 2.5 }, encoding);
}

const colorOf = (block: 'eyes' | 'mouth', landmarks: readonly number[]) => ({
  test: `indexof([${landmarks.join(',')}], datum.index) >= 0`,
  value: BLOCK_COLORS[block],
});

const COLOR_CONDITIONS = [colorOf('eyes', EYES_LANDMARKS), colorOf('mouth', MOUTH_LANDMARKS)];

const LANDMARK_LAYER = {
  transform: [
    { flatten: ['landmarkX', 'landmarkY'] },
    { window: [{ op: 'row_number', as: 'number' }] },
    { calculate: 'datum.number - 1', as: 'index' },
  ],
  mark: { type: 'circle', size: 16, opacity: 1, stroke: COLORS.ink, strokeWidth: 0.6 },
  encoding: {
    x: shareOf('landmarkX', false),
    y: shareOf('landmarkY', true),
    color: { condition: COLOR_CONDITIONS, value: COLORS.paper },
  },
};
