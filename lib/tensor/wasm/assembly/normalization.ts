import { free, malloc } from './host';
import { add, all, multiply, relu, reluGradient, subtract } from './numbers';
import { averageRows, ROWS } from './reduction';

/** A layer's sizes and addresses, in the order in which wasm/layers.ts writes them. */
@unmanaged
class Layer {
  /** x, y and their gradients are [rows, channels], all other vectors [channels]. */
  rows: i32;
  channels: i32;
  /** Vectors that this module allocates. */
  factor: usize;
  shift: usize;
  tilt: usize;
  x: usize;
  scale: usize;
  y: usize;
  /** The batch's mean, and the reciprocal of its standard deviation. */
  mean: usize;
  inverse: usize;
}

/** A layer in `normalize`. */
@unmanaged
export class ForwardLayer extends Layer {
  offset: usize;
  runningMean: usize;
  runningVariance: usize;
  nextMean: usize;
  nextVariance: usize;
}

/** A layer in `normalizeGradient`. */
@unmanaged
export class BackwardLayer extends Layer {
  dy: usize;
  dx: usize;
  dScale: usize;
  dOffset: usize;
}

/** Normalises by the batch's mean and variance, applies relu, and updates the running statistics. */
export function normalize(l: ForwardLayer, momentum: f64, epsilon: f64): void {
  const end: usize = l.channels << 2;
  l.factor = malloc(end);
  averageRows(l.x, l.mean, l.rows, l.channels);
  memory.fill(l.inverse, 0, end);
  for (let row = 0; row < l.rows; row += ROWS) {
    let at: usize = 0;
    for (; at < (end & ~15); at += 16) addSquares<v128>(l, row, at);
    for (; at < end; at += 4) addSquares<f32>(l, row, at);
  }
  for (let at: usize = 0; at < end; at += 4) {
    const squares = read(l.inverse, at);
    const variance = squares / (l.rows - 1);
    write(l.nextMean, at, read(l.runningMean, at) * (1 - momentum) + read(l.mean, at) * momentum);
    write(l.nextVariance, at, read(l.runningVariance, at) * (1 - momentum) + variance * momentum);
    write(l.inverse, at, 1 / Math.sqrt(squares / l.rows + epsilon));
    write(l.factor, at, read(l.scale, at) * read(l.inverse, at));
  }
  for (let row = 0; row < l.rows; row += ROWS) {
    let at: usize = 0;
    for (; at < (end & ~15); at += 16) scaleRows<v128>(l, row, at);
    for (; at < end; at += 4) scaleRows<f32>(l, row, at);
  }
  free(l.factor);
}

/** Sums the squares of x - mean, in the place of `inverse`. */
function addSquares<T>(l: ForwardLayer, row: i32, at: usize): void {
  const stride: usize = l.channels << 2;
  const mean = load<T>(l.mean + at);
  let x = l.x + row * stride + at;
  let sum = all<T>(0);
  for (let left = min(ROWS, l.rows - row); left > 0; left--) {
    const difference = subtract<T>(load<T>(x), mean);
    sum = add<T>(sum, multiply<T>(difference, difference));
    x += stride;
  }
  store<T>(l.inverse + at, add<T>(load<T>(l.inverse + at), sum));
}

/** Computes y = relu((x - mean) factor + offset). */
function scaleRows<T>(l: ForwardLayer, row: i32, at: usize): void {
  const stride: usize = l.channels << 2;
  const mean = load<T>(l.mean + at);
  const factor = load<T>(l.factor + at);
  const offset = load<T>(l.offset + at);
  let x = l.x + row * stride + at;
  let y = l.y + row * stride + at;
  for (let left = min(ROWS, l.rows - row); left > 0; left--) {
    store<T>(y, relu<T>(add<T>(multiply<T>(subtract<T>(load<T>(x), mean), factor), offset)));
    x += stride;
    y += stride;
  }
}

/**
 * Computes the gradients by x, scale and offset.
 * Source: Ioffe and Szegedy, "Batch normalization", section 3, with terms collected.
 */
export function normalizeGradient(l: BackwardLayer): void {
  const end: usize = l.channels << 2;
  l.factor = malloc(3 * end);
  l.shift = l.factor + end;
  l.tilt = l.shift + end;
  memory.fill(l.dOffset, 0, end);
  memory.fill(l.dScale, 0, end);
  for (let row = 0; row < l.rows; row += ROWS) {
    let at: usize = 0;
    for (; at < (end & ~15); at += 16) addSlopes<v128>(l, row, at);
    for (; at < end; at += 4) addSlopes<f32>(l, row, at);
  }
  for (let at: usize = 0; at < end; at += 4) {
    const inverse = read(l.inverse, at);
    const products = read(l.dScale, at);
    write(l.factor, at, read(l.scale, at) * inverse);
    write(l.shift, at, (read(l.factor, at) * read(l.dOffset, at)) / l.rows);
    write(l.tilt, at, (read(l.factor, at) * (inverse * inverse) * products) / l.rows);
    write(l.dScale, at, products * inverse);
  }
  for (let row = 0; row < l.rows; row += ROWS) {
    let at: usize = 0;
    for (; at < (end & ~15); at += 16) slopeRows<v128>(l, row, at);
    for (; at < end; at += 4) slopeRows<f32>(l, row, at);
  }
  free(l.factor);
}

/** Sums g for the offset and g (x - mean) for the scale, where g is the gradient by relu's input. */
function addSlopes<T>(l: BackwardLayer, row: i32, at: usize): void {
  const stride: usize = l.channels << 2;
  const mean = load<T>(l.mean + at);
  const dy = l.dy;
  const y = l.y;
  const x = l.x;
  let here = row * stride + at;
  let sum = all<T>(0);
  let product = all<T>(0);
  for (let left = min(ROWS, l.rows - row); left > 0; left--) {
    const slope = reluGradient<T>(load<T>(dy + here), load<T>(y + here));
    sum = add<T>(sum, slope);
    product = add<T>(product, multiply<T>(slope, subtract<T>(load<T>(x + here), mean)));
    here += stride;
  }
  store<T>(l.dOffset + at, add<T>(load<T>(l.dOffset + at), sum));
  store<T>(l.dScale + at, add<T>(load<T>(l.dScale + at), product));
}

/** Computes dx = factor g - shift - tilt (x - mean), where g is the gradient by relu's input. */
function slopeRows<T>(l: BackwardLayer, row: i32, at: usize): void {
  const stride: usize = l.channels << 2;
  const mean = load<T>(l.mean + at);
  const factor = load<T>(l.factor + at);
  const shift = load<T>(l.shift + at);
  const tilt = load<T>(l.tilt + at);
  const dy = l.dy;
  const y = l.y;
  const x = l.x;
  const dx = l.dx;
  let here = row * stride + at;
  for (let left = min(ROWS, l.rows - row); left > 0; left--) {
    const slope = multiply<T>(factor, reluGradient<T>(load<T>(dy + here), load<T>(y + here)));
    const tilted = multiply<T>(tilt, subtract<T>(load<T>(x + here), mean));
    store<T>(dx + here, subtract<T>(subtract<T>(slope, shift), tilted));
    here += stride;
  }
}

function read(vector: usize, at: usize): f64 {
  return load<f32>(vector + at);
}

function write(vector: usize, at: usize, value: f64): void {
  store<f32>(vector + at, f32(value));
}
