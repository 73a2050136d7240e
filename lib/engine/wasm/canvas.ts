import type { WasmBackend } from './backend';
import { moduleOf } from './module';

/** An image with room around it, and between its pixels where a stride has to be undone. */
export interface Canvas {
  /** Size in pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Where the image's first pixel lies. */
  readonly top: number;
  readonly left: number;
  /** From one of the image's pixels to the next, down and across. */
  readonly rowStep: number;
  readonly columnStep: number;
}

/** An image's size in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Counts a canvas' bytes. */
export function canvasBytes({ height, width, channels }: Canvas): number {
  return 4 * height * width * channels;
}

/** Fills a canvas with zeros. Placing image after image leaves its margins as they are. */
export function clearCanvas({ wasm }: WasmBackend, canvas: Canvas, address: number): void {
  wasm.HEAPU8.fill(0, address, address + canvasBytes(canvas));
}

/** Copies an image to its place on a canvas. */
export function placeImage(
  backend: WasmBackend,
  canvas: Canvas,
  { from, to, height, width }: ImageSize & { readonly from: number; readonly to: number },
): void {
  const module = moduleOf(backend);
  const pixel = 4 * canvas.channels;
  const rowStride = canvas.rowStep * canvas.width * pixel;
  const first = to + (canvas.top * canvas.width + canvas.left) * pixel;
  if (canvas.columnStep === 1) {
    module.copyRows(from, width * pixel, first, rowStride, width * pixel, height);
    return;
  }
  for (let y = 0; y < height; y++) {
    module.copyRows(from + y * width * pixel, pixel, first + y * rowStride, canvas.columnStep * pixel, pixel, width); // prettier-ignore
  }
}
