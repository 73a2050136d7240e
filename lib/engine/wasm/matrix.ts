import type { WasmBackend } from './backend';
import { DEPTH_BLOCK, forEachBlock, packedBytes, TILE_BYTES } from './blocks';
import { moduleOf, withScratch, type WasmModule } from './module';

/** Where a matrix lies; it may lie there transposed. */
export interface StoredMatrix {
  /** Address of its first number. */
  readonly address: number;
  /** Bytes from one stored row to the next. */
  readonly stride: number;
  /** Whether its columns are what is stored side by side. */
  readonly transposed: boolean;
}

/** C = A B. */
export interface Product {
  /** [rows, depth] */
  readonly a: StoredMatrix;
  /** [depth, columns] */
  readonly b: StoredMatrix;
  /** Address of the result, [rows, columns] without gaps. */
  readonly c: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

/** Numbers of a block that is packed at a time: 256 KB of B stay in the second cache, 64 KB of A beside them. */
const BLOCK = { rows: 64, depth: DEPTH_BLOCK, columns: 256 } as const;
/** Rows of A that lie further apart push each other out of the first cache: they are copied together. */
const FAR_BYTES = 2048;

/** Multiplies two matrices in a wasm backend's memory. */
export function multiplyMatrices(backend: WasmBackend, product: Product): void {
  const bytesA = 4 * BLOCK.rows * BLOCK.depth;
  const bytesB = packedBytes(BLOCK.depth, BLOCK.columns);
  const module = moduleOf(backend);
  withScratch(backend, bytesA + bytesB + TILE_BYTES, (address) => {
    const scratch = { a: address, b: address + bytesA, tile: address + bytesA + bytesB };
    forEachBlock(product.columns, BLOCK.columns, (column, columns) =>
      forEachBlock(product.depth, BLOCK.depth, (start, depth) => {
        packB(module, product.b, { column, columns, start, depth, packed: scratch.b });
        forEachBlock(product.rows, BLOCK.rows, (row, rows) => {
          const a = arrangeA(module, product.a, { row, rows, start, depth, packed: scratch.a });
          const c = product.c + 4 * (row * product.columns + column);
          const accumulate = start === 0 ? 0 : 1;
          module.multiply(a.address, a.stride, scratch.b, c, 4 * product.columns, rows, depth, columns, accumulate, scratch.tile); // prettier-ignore
        });
      }),
    );
  });
}

function packB(
  module: WasmModule,
  { address, stride, transposed }: StoredMatrix,
  block: { column: number; columns: number; start: number; depth: number; packed: number },
): void {
  const { column, columns, start, depth, packed } = block;
  if (transposed) module.packColumns(address + column * stride + 4 * start, stride, packed, depth, columns);
  else module.packRows(address + start * stride + 4 * column, stride, packed, depth, columns);
}

/** Gives rows of A whose numbers lie side by side: where they are, or copied. */
function arrangeA(
  module: WasmModule,
  { address, stride, transposed }: StoredMatrix,
  block: { row: number; rows: number; start: number; depth: number; packed: number },
): { readonly address: number; readonly stride: number } {
  const { row, rows, start, depth, packed } = block;
  const packedStride = 4 * depth;
  if (transposed) {
    module.transpose(address + start * stride + 4 * row, stride, packed, packedStride, depth, rows);
    return { address: packed, stride: packedStride };
  }
  const first = address + row * stride + 4 * start;
  if (stride < FAR_BYTES) return { address: first, stride };
  module.copyRows(first, stride, packed, packedStride, packedStride, rows);
  return { address: packed, stride: packedStride };
}
