import type * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { DEPTH_BLOCK, forEachBlock, packedBytes, TILE_BYTES } from './blocks';
import { canvasBytes, clearCanvas, placeImage, type Canvas } from './canvas';
import { isPlain, shapeOf, type ConvolutionAttributes, type ConvolutionShape } from './convolution-shape';
import { moduleOf, withScratch } from './module';
import type { KernelReplacement } from './replacement';

interface FilterArguments {
  readonly inputs: { readonly x: tf.TensorInfo; readonly dy: tf.TensorInfo };
  readonly attrs: ConvolutionAttributes & { readonly filterShape: readonly number[] };
  readonly backend: WasmBackend;
}

/** Takes a convolution's gradient by its filter, for which tfjs has no kernel on wasm. */
export const filterGradientReplacement: KernelReplacement = {
  kernelName: 'Conv2DBackpropFilter',
  replace: (stock) => (args) => takeFilterGradient(args as unknown as FilterArguments) ?? stock(args),
};

/** Everything lies in scratch memory but dy, x and the result. */
interface Places {
  readonly x: number;
  readonly dy: number;
  readonly gradient: number;
  readonly inputCanvas: number;
  /** The input canvas transposed, [channels, height * width]. */
  readonly channels: number;
  readonly outputCanvas: number;
  readonly packed: number;
  readonly tile: number;
}

function takeFilterGradient({
  inputs: { x, dy },
  attrs,
  backend,
}: FilterArguments): tf.TensorInfo | undefined {
  const shape = shapeOf(x.shape, attrs.filterShape, attrs);
  if (!isPlain(shape)) return undefined;
  const out = backend.makeOutput(shape.filterShape, 'float32');
  const gradient = addressOf(backend, out);
  backend.wasm.HEAPU8.fill(0, gradient, gradient + 4 * out.shape.reduce((a, b) => a * b, 1));
  const [input, output] = [inputCanvas(shape), outputCanvas(shape)];
  const sizes = [canvasBytes(input), canvasBytes(input), canvasBytes(output), packedBytes(DEPTH_BLOCK, shape.outChannels), TILE_BYTES]; // prettier-ignore
  withScratch(
    backend,
    sizes.reduce((a, b) => a + b),
    (address) => {
      const [a, b, c, d] = sizes.map((_, i) =>
        sizes.slice(0, i + 1).reduce((sum, size) => sum + size, address),
      );
      const places = { gradient, inputCanvas: address, channels: a, outputCanvas: b, packed: c, tile: d };
      clearCanvas(backend, input, places.inputCanvas);
      clearCanvas(backend, output, places.outputCanvas);
      for (let image = 0; image < shape.batchSize; image++) {
        addImage(backend, shape, {
          ...places,
          x: addressOf(backend, x) + 4 * image * shape.inHeight * shape.inWidth * shape.inChannels,
          dy: addressOf(backend, dy) + 4 * image * shape.outHeight * shape.outWidth * shape.outChannels,
        });
      }
    },
  );
  return out;
}

/**
 * Adds an image's share: for each tap of the filter, the input's channels, moved by the tap, times dy's. Both lie
 * on canvases of one width, so a tap is one number to move by, and all pixels are summed in one product.
 */
function addImage(backend: WasmBackend, shape: ConvolutionShape, places: Places): void {
  const module = moduleOf(backend);
  const [input, output] = [inputCanvas(shape), outputCanvas(shape)];
  const { inChannels, outChannels } = shape;
  placeImage(backend, input, { height: shape.inHeight, width: shape.inWidth, from: places.x, to: places.inputCanvas }); // prettier-ignore
  placeImage(backend, output, { height: shape.outHeight, width: shape.outWidth, from: places.dy, to: places.outputCanvas }); // prettier-ignore
  const pixels = input.height * input.width;
  module.transpose(places.inputCanvas, 4 * inChannels, places.channels, 4 * pixels, pixels, inChannels);
  // After dy's last pixel there is nothing to sum, and the taps would leave the canvas.
  const last =
    (shape.outHeight - 1) * output.rowStep * output.width + (shape.outWidth - 1) * output.columnStep;
  forEachBlock(last + 1, DEPTH_BLOCK, (start, depth) => {
    module.packRows(places.outputCanvas + 4 * start * outChannels, 4 * outChannels, places.packed, depth, outChannels); // prettier-ignore
    forEachTap(shape, (tap) => {
      const from = places.channels + 4 * (start + tap.row * input.width + tap.column);
      const to = places.gradient + 4 * tap.index * inChannels * outChannels;
      module.multiply(from, tap.rowStride * 4, places.packed, to, 4 * outChannels, tap.rows, depth, outChannels, 1, places.tile); // prettier-ignore
    });
  });

  function forEachTap(
    { filterHeight, filterWidth }: ConvolutionShape,
    use: (tap: { row: number; column: number; index: number; rows: number; rowStride: number }) => void,
  ): void {
    // With one channel a row of taps is one matrix: each row of it begins a number later.
    const isSingle = inChannels === 1;
    const [rows, rowStride] = isSingle ? [filterWidth, 1] : [inChannels, pixels];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < (isSingle ? 1 : filterWidth); column++) {
        use({ row, column, index: row * filterWidth + column, rows, rowStride });
      }
    }
  }
}

function inputCanvas({ padInfo, inHeight, inWidth, inChannels }: ConvolutionShape): Canvas {
  return {
    height: inHeight + padInfo.top + padInfo.bottom,
    width: inWidth + padInfo.left + padInfo.right,
    channels: inChannels,
    ...{ top: padInfo.top, left: padInfo.left, rowStep: 1, columnStep: 1 },
  };
}

function outputCanvas(shape: ConvolutionShape): Canvas {
  const { width } = inputCanvas(shape);
  const { outHeight, outChannels, strideHeight, strideWidth } = shape;
  const height = (outHeight - 1) * strideHeight + 1;
  return { height, width, channels: outChannels, top: 0, left: 0, rowStep: strideHeight, columnStep: strideWidth }; // prettier-ignore
}
