import type { TopLevelSpec } from 'vega-lite';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../core/landmarks';
import type { FaceView } from './attention-flow';
import { toPixelPicture, toThumbnail } from './data-url';
import type { ChartFigure, ChartSpec } from './figure';
import { readImageSize } from './images';
import { BLOCK_COLORS, COLORS, VEGA_CONFIG } from './theme';

/** A face that can be picked by who shows what, when. */
export interface ExplorableFace extends FaceView {
  readonly character: string;
  readonly emotion: string;
  /** From 1, within character and expression. */
  readonly frame: number;
}

/** Sides in pixels: the image, and each block. */
const IMAGE_PX = 300;
const BLOCK_PX = 128;
/** The image is kept smaller than it is drawn: many are carried along. */
const THUMBNAIL_PX = 160;

/**
 * Charts faces one at a time: character, expression and frame are picked below the chart, and image, landmarks, boxes
 * and blocks follow, with no kernel needed. As a still picture it shows the first face.
 * @param faces at least one; each is carried in the chart, about ten kilobytes
 * @throws RangeError when there is none
 */
export async function blockExplorer(faces: readonly ExplorableFace[]): Promise<ChartFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const [first] = faces;
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: 'From image to blocks',
      subtitle: 'Pick a character, an expression and a frame below the chart',
    },
    data: { values: await Promise.all(faces.map(toDatum)) },
    params: [
      pick('character', namesOf(faces, 'character'), first.character),
      pick('emotion', namesOf(faces, 'emotion'), first.emotion),
      slide('frame', Math.max(...faces.map(({ frame }) => frame)), first.frame),
    ],
    transform: [
      { filter: 'datum.character === character && datum.emotion === emotion && datum.frame === frame' },
    ],
    hconcat: [imagePanel(), { vconcat: [blockPanel('eyes'), blockPanel('mouth')] }],
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  const title = `From image to blocks: ${first.character}, ${first.emotion}, frame ${first.frame} of ${faces.length} faces`;
  return { kind: 'chart', title, spec: spec as unknown as ChartSpec };
}

/** All coordinates are shares of the image's width and height, from its upper left corner. */
async function toDatum(face: ExplorableFace) {
  const size = await readImageSize(face.image);
  const share = (value: number, side: number) => Math.round((1e4 * value) / side) / 1e4;
  const box = (name: 'eyes' | 'mouth', { x, y, width, height }: FaceView['eyesBox']) => ({
    [`${name}Left`]: share(x, size.width),
    [`${name}Right`]: share(x + width, size.width),
    [`${name}Top`]: share(y, size.height),
    [`${name}Bottom`]: share(y + height, size.height),
  });
  const coordinates = (offset: 0 | 1, side: number) =>
    Array.from({ length: 68 }, (_, index) => share(face.landmarks[2 * index + offset], side));
  return {
    character: face.character,
    emotion: face.emotion,
    frame: face.frame,
    image: await toThumbnail(face.image, THUMBNAIL_PX),
    eyes: await toPixelPicture(face.eyes, BLOCK_PX / face.eyes.width),
    mouth: await toPixelPicture(face.mouth, BLOCK_PX / face.mouth.width),
    ...box('eyes', face.eyesBox),
    ...box('mouth', face.mouthBox),
    landmarkX: coordinates(0, size.width),
    landmarkY: coordinates(1, size.height),
  };
}

function namesOf(faces: readonly ExplorableFace[], field: 'character' | 'emotion'): string[] {
  return [...new Set(faces.map((face) => face[field]))];
}

function pick(name: string, options: readonly string[], value: string) {
  return { name, value, bind: { input: 'select', options, name: `${name} ` } };
}

function slide(name: string, max: number, value: number) {
  return { name, value, bind: { input: 'range', min: 1, max, step: 1, name: `${name} ` } };
}

function position(field: string, direction: 'x' | 'y', second?: string) {
  const scale = { domain: [0, 1], reverse: direction === 'y', nice: false };
  return {
    [direction]: { field, type: 'quantitative', axis: null, scale },
    ...(second ? { [`${direction}2`]: { field: second } } : {}),
  };
}

function imagePanel() {
  return {
    width: IMAGE_PX,
    height: IMAGE_PX,
    layer: [imageLayer('image', IMAGE_PX), boxLayer('eyes'), boxLayer('mouth'), landmarkLayer()],
  };
}

function blockPanel(name: 'eyes' | 'mouth') {
  return {
    ...imageLayer(name, BLOCK_PX),
    title: { text: `${name} block, 32×32`, fontSize: 12, offset: 4 },
    width: BLOCK_PX,
    height: BLOCK_PX,
  };
}

function imageLayer(field: string, sidePx: number) {
  return {
    mark: { type: 'image', width: sidePx, height: sidePx, aspect: false, baseline: 'top', align: 'left' },
    encoding: { url: { field, type: 'nominal' }, x: { value: 0 }, y: { value: 0 } },
  };
}

function boxLayer(name: 'eyes' | 'mouth') {
  return {
    mark: { type: 'rect', filled: false, stroke: BLOCK_COLORS[name], strokeWidth: 2.5 },
    encoding: {
      ...position(`${name}Left`, 'x', `${name}Right`),
      ...position(`${name}Top`, 'y', `${name}Bottom`),
    },
  };
}

function landmarkLayer() {
  const isOf = (landmarks: readonly number[]) => `indexof([${landmarks.join(',')}], datum.index) >= 0`;
  return {
    transform: [
      { flatten: ['landmarkX', 'landmarkY'] },
      { window: [{ op: 'row_number', as: 'number' }] },
      { calculate: 'datum.number - 1', as: 'index' },
    ],
    mark: { type: 'circle', size: 16, opacity: 1, stroke: COLORS.ink, strokeWidth: 0.6 },
    encoding: {
      ...position('landmarkX', 'x'),
      ...position('landmarkY', 'y'),
      color: {
        condition: [
          { test: isOf(EYES_LANDMARKS), value: BLOCK_COLORS.eyes },
          { test: isOf(MOUTH_LANDMARKS), value: BLOCK_COLORS.mouth },
        ],
        value: COLORS.paper,
      },
    },
  };
}
