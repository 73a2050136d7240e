import type { WasmBackend } from './backend';
import { canvasBytes, clearCanvas, placeImage, type Canvas, type ImageSize } from './canvas';
import { DEPTH_BLOCK, forEachBlock, packedBytes, TILE_BYTES } from './blocks';
import { moduleOf, withScratch } from './module';

/** Slides a filter over images: out[y, x] = sum over i, j of canvas[y stride + i, x stride + j] filter[i, j]. */
export interface Correlation {
  readonly images: number;
  /** The images' own size; they lie at `from`, [images, height, width, channels]. */
  readonly image: ImageSize;
  readonly from: number;
  /** Where each image is put before the filter slides over it. */
  readonly canvas: Canvas;
  /** [height, width, canvas.channels, outputs] at `filterAddress`. */
  readonly filter: ImageSize & { readonly address: number; readonly outputs: number };
  readonly stride: ImageSize;
  /** The result's size; it lies at `to`, [images, height, width, outputs]. */
  readonly out: ImageSize;
  readonly to: number;
}

/** Computes a correlation: a product of matrices a row of pixels and a row of the filter. */
export function correlate(backend: WasmBackend, correlation: Correlation): void {
  const { images, image, canvas, filter } = correlation;
  const depth = filter.width * canvas.channels;
  const sizes = [canvasBytes(canvas), filter.height * packedBytes(depth, filter.outputs), TILE_BYTES];
  withScratch(backend, sizes[0] + sizes[1] + sizes[2], (canvasAddress) => {
    const packed = canvasAddress + sizes[0];
    const tile = packed + sizes[1];
    packFilter(backend, correlation, packed);
    clearCanvas(backend, canvas, canvasAddress);
    const imageBytes = 4 * image.height * image.width * canvas.channels;
    for (let i = 0; i < images; i++) {
      placeImage(backend, canvas, { ...image, from: correlation.from + i * imageBytes, to: canvasAddress });
      correlateImage(backend, correlation, { index: i, canvasAddress, packed, tile });
    }
  });
}

/** Packs each row of the filter in blocks of depth, one after the other. */
function packFilter(backend: WasmBackend, { canvas, filter }: Correlation, packed: number): void {
  const module = moduleOf(backend);
  const { height, width, outputs, address } = filter;
  const depth = width * canvas.channels;
  for (let row = 0; row < height; row++) {
    const to = packed + row * packedBytes(depth, outputs);
    forEachBlock(
      depth,
      DEPTH_BLOCK,
      (start, length) =>
      module.packRows(address + 4 * (row * depth + start) * outputs, 4 * outputs, to + packedBytes(start, outputs), length, outputs), // prettier-ignore
    );
  }
}

function correlateImage(
  backend: WasmBackend,
  { canvas, filter, stride, out, to }: Correlation,
  at: {
    readonly index: number;
    readonly canvasAddress: number;
    readonly packed: number;
    readonly tile: number;
  },
): void {
  const module = moduleOf(backend);
  const { outputs } = filter;
  const pixel = 4 * canvas.channels;
  const depth = filter.width * canvas.channels;
  for (let y = 0; y < out.height; y++) {
    const result = to + 4 * (at.index * out.height + y) * out.width * outputs;
    for (let row = 0; row < filter.height; row++) {
      const from = at.canvasAddress + (y * stride.height + row) * canvas.width * pixel;
      const packed = at.packed + row * packedBytes(depth, outputs);
      forEachBlock(depth, DEPTH_BLOCK, (start, length) => {
        const accumulate = row + start === 0 ? 0 : 1;
        module.multiply(from + 4 * start, stride.width * pixel, packed + packedBytes(start, outputs), result, 4 * outputs, out.width, length, outputs, accumulate, at.tile); // prettier-ignore
      });
    }
  }
}
