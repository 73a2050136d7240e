import { copyRows, packedBytes, packRows, transpose } from './arrange';
import { free, malloc } from './host';
import { DEPTH_BLOCK } from './matrix';
import { multiplyPacked, TILE_BYTES } from './tile';

/** A correlation's sizes, in the order in which wasm/images.ts writes them. */
@unmanaged
export class Sizes {
  images: i32;
  inHeight: i32;
  inWidth: i32;
  inChannels: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  /** Size of the input with its padding, and with gaps between its pixels when a stride is undone. */
  canvasHeight: i32;
  canvasWidth: i32;
  top: i32;
  left: i32;
  rowStep: i32;
  columnStep: i32;
}

/** An image with padding around it and gaps between its pixels. The pixels follow these fields in memory. */
@unmanaged
class Canvas {
  width: i32;
  /** Bytes of a pixel. */
  pixel: usize;
  top: i32;
  left: i32;
  rowStep: i32;
  columnStep: i32;

  at(row: i32, column: i32): usize {
    return changetype<usize>(this) + offsetof<Canvas>() + (row * this.width + column) * this.pixel;
  }

  /** Copies an image to its place; padding and gaps remain 0. */
  place(image: usize, height: i32, width: i32): void {
    const row = width * this.pixel;
    for (let y = 0; y < height; y++) {
      const to = this.at(this.top + y * this.rowStep, this.left);
      if (this.columnStep === 1) memory.copy(to, image, row);
      else copyRows(image, this.pixel, to, this.columnStep * this.pixel, this.pixel, width);
      image += row;
    }
  }
}

function makeCanvas(height: i32, width: i32, channels: i32): Canvas {
  const bytes = offsetof<Canvas>() + ((height * width * channels) << 2);
  const canvas = changetype<Canvas>(malloc(bytes));
  memory.fill(changetype<usize>(canvas), 0, bytes);
  canvas.width = width;
  canvas.pixel = channels << 2;
  return canvas;
}

function makeInputCanvas(s: Sizes): Canvas {
  const canvas = makeCanvas(s.canvasHeight, s.canvasWidth, s.inChannels);
  canvas.top = s.top;
  canvas.left = s.left;
  canvas.rowStep = s.rowStep;
  canvas.columnStep = s.columnStep;
  return canvas;
}

/**
 * Correlates images with a filter: y[r, c] = sum over i, j of canvas[r stride + i, c stride + j] filter[i, j]. Each pair
 * of a row of pixels and a row of the filter is one product of matrices.
 */
export function correlate(s: Sizes, x: usize, filter: usize, y: usize): void {
  const canvas = makeInputCanvas(s);
  const depth = s.filterWidth * s.inChannels;
  const outPixel: usize = s.outChannels << 2;
  const filterRow = packedBytes(depth, s.outChannels);
  const packed = malloc(s.filterHeight * filterRow + TILE_BYTES);
  const tile = packed + s.filterHeight * filterRow;
  for (let row = 0; row < s.filterHeight; row++) {
    for (let start = 0; start < depth; start += DEPTH_BLOCK) {
      const part = packed + row * filterRow + packedBytes(start, s.outChannels);
      const length = min(DEPTH_BLOCK, depth - start);
      packRows(filter, outPixel, part, length, s.outChannels);
      filter += length * outPixel;
    }
  }
  for (let image = 0; image < s.images; image++) {
    canvas.place(x, s.inHeight, s.inWidth);
    x += s.inHeight * s.inWidth * canvas.pixel;
    for (let outRow = 0; outRow < s.outHeight; outRow++) {
      for (let row = 0; row < s.filterHeight; row++) {
        const a = canvas.at(outRow * s.strideHeight + row, 0);
        const stride = s.strideWidth * canvas.pixel;
        for (let start = 0; start < depth; start += DEPTH_BLOCK) {
          const from = a + (start << 2);
          const b = packed + row * filterRow + packedBytes(start, s.outChannels);
          const length = min(DEPTH_BLOCK, depth - start);
          const adds = row + start > 0;
          multiplyPacked(from, stride, b, y, outPixel, s.outWidth, length, s.outChannels, adds, tile);
        }
      }
      y += s.outWidth * outPixel;
    }
  }
  free(packed);
  free(changetype<usize>(canvas));
}

/**
 * Computes a convolution's gradient by its input: the correlation of dy with the filter rotated by 180 degrees.
 * @param s sizes of that correlation
 * @param filter the convolution's filter, [height, width, s.outChannels, s.inChannels]
 */
export function correlateTurned(s: Sizes, dy: usize, filter: usize, dx: usize): void {
  const inPixel: usize = s.inChannels << 2;
  const outPixel: usize = s.outChannels << 2;
  const tap = s.outChannels * inPixel;
  const taps = s.filterHeight * s.filterWidth;
  const turned = malloc(taps * tap);
  for (let i = 0; i < taps; i++) {
    const to = turned + (taps - 1 - i) * tap;
    transpose(filter + i * tap, inPixel, to, outPixel, s.outChannels, s.inChannels);
  }
  correlate(s, dy, turned, dx);
  free(turned);
}

/**
 * Computes a convolution's gradient by its filter: for each tap, the input's channels, shifted by the tap, times dy. Both
 * canvases have the same width, so that a tap is a single offset and one product sums over all pixels.
 */
export function filterGradient(s: Sizes, x: usize, dy: usize, gradient: usize): void {
  const input = makeInputCanvas(s);
  const output = makeCanvas((s.outHeight - 1) * s.strideHeight + 1, s.canvasWidth, s.outChannels);
  output.rowStep = s.strideHeight;
  output.columnStep = s.strideWidth;
  const pixels = s.canvasHeight * s.canvasWidth;
  // The input canvas transposed, [channels, height * width].
  const channels = malloc(pixels * input.pixel);
  const packed = malloc(packedBytes(DEPTH_BLOCK, s.outChannels) + TILE_BYTES);
  const tile = packed + packedBytes(DEPTH_BLOCK, s.outChannels);
  // The sum ends at dy's last pixel; beyond it, the taps would leave the canvas.
  const summed = (s.outHeight - 1) * s.strideHeight * s.canvasWidth + (s.outWidth - 1) * s.strideWidth + 1;
  // With one channel, a row of taps is one matrix, each of whose rows begins one value later.
  const isSingle = s.inChannels === 1;
  const taps = isSingle ? 1 : s.filterWidth;
  const rows = isSingle ? s.filterWidth : s.inChannels;
  const stride: usize = isSingle ? 4 : pixels << 2;
  const tapBytes = s.inChannels * output.pixel;
  memory.fill(gradient, 0, s.filterHeight * s.filterWidth * tapBytes);
  for (let image = 0; image < s.images; image++) {
    input.place(x, s.inHeight, s.inWidth);
    output.place(dy, s.outHeight, s.outWidth);
    x += s.inHeight * s.inWidth * input.pixel;
    dy += s.outHeight * s.outWidth * output.pixel;
    transpose(input.at(0, 0), input.pixel, channels, pixels << 2, pixels, s.inChannels);
    for (let start = 0; start < summed; start += DEPTH_BLOCK) {
      const length = min(DEPTH_BLOCK, summed - start);
      packRows(output.at(0, start), output.pixel, packed, length, s.outChannels);
      for (let row = 0; row < s.filterHeight; row++) {
        for (let column = 0; column < taps; column++) {
          const a = channels + ((start + row * s.canvasWidth + column) << 2);
          const c = gradient + (row * s.filterWidth + column) * tapBytes;
          multiplyPacked(a, stride, packed, c, output.pixel, rows, length, s.outChannels, true, tile);
        }
      }
    }
  }
  free(packed);
  free(channels);
  free(changetype<usize>(output));
  free(changetype<usize>(input));
}
