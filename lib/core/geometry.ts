import { unexpected } from './errors';

/** A point in pixels from the image's upper left corner; pixel centres lie at .5. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle in pixels; it covers x to x + width and y to y + height. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Computes the smallest box around points.
 * @param points at least one
 * @throws RangeError for no points
 */
export function boundingBox(points: readonly Point[]): Box {
  if (points.length === 0) throw unexpected('at least 1 point', 'points', 0);
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * Reads one box of a block set.
 * @param boxes [n, 4] as x, y, width, height
 */
export function boxAt(boxes: Float32Array, index: number): Box {
  const [x, y, width, height] = boxes.subarray(4 * index, 4 * index + 4);
  return { x, y, width, height };
}

/** Returns the box of a whole image. */
export function wholeOf({ width, height }: Pick<Box, 'width' | 'height'>): Box {
  return { x: 0, y: 0, width, height };
}

/** Returns the longer side of a box or an image. */
export function longerSide({ width, height }: Pick<Box, 'width' | 'height'>): number {
  return Math.max(width, height);
}

/** Gives a box's centre. */
export function centerOf({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/**
 * Enlarges a box by a margin on each side.
 * @param marginPx pixels, 0 or more
 */
export function growBox(box: Box, marginPx: number): Box {
  return {
    x: box.x - marginPx,
    y: box.y - marginPx,
    width: box.width + 2 * marginPx,
    height: box.height + 2 * marginPx,
  };
}

/** Tells whether a box's centre lies inside of another. */
export function isCentredIn(box: Box, other: Box): boolean {
  const { x, y } = centerOf(box);
  return x >= other.x && y >= other.y && x - other.x <= other.width && y - other.y <= other.height;
}

/** Scales a box's place and size, each axis by its own factor. */
export function scaleBox({ x, y, width, height }: Box, across: number, down = across): Box {
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/**
 * Rounds a box outwards to whole pixels and clamps it to the image.
 * @returns whole pixels inside the image, at least 1x1; undefined when the box lies outside the image
 */
export function clampBox(box: Box, imageWidth: number, imageHeight: number): Box | undefined {
  const left = Math.max(0, Math.floor(box.x));
  const top = Math.max(0, Math.floor(box.y));
  const right = Math.min(imageWidth, Math.ceil(box.x + box.width));
  const bottom = Math.min(imageHeight, Math.ceil(box.y + box.height));
  if (!(right > left && bottom > top)) return undefined;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Computes the intersection over union of two boxes.
 * @returns 0 (disjoint) to 1 (equal); 0 when both are empty
 */
export function intersectionOverUnion(first: Box, second: Box): number {
  const width = Math.min(first.x + first.width, second.x + second.width) - Math.max(first.x, second.x);
  const height = Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y);
  const intersection = Math.max(0, width) * Math.max(0, height);
  const union = first.width * first.height + second.width * second.height - intersection;
  return union > 0 ? intersection / union : 0;
}
