import type { Code, WasmFunction } from '../assembler';
import { f32x4, get, i32, increase, sequence, set, whileTrue } from '../instructions';

/**
 * Takes the gradient of a row of maxima, windows that do not overlap:
 * `maximumGradient(x, y, dy, dx, windows, pixelBytes, rowBytes, windowHeight, windowWidth)`. Of equal numbers in a
 * window the first one gets the gradient. A pixel holds 4 channels at least.
 */
const maximumGradient: WasmFunction = {
  name: 'maximumGradient',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  body([x, y, dy, dx, windows, pixelBytes, rowBytes, height, width], scope) {
    const [channel, row, column, offset] = ['c', 'row', 'column', 'offset'].map(() => scope.local('i32'));
    const [maximum, gradient, isMaximum, free] = ['m', 'g', 'is', 'f'].map(() => scope.local('v128'));
    const atChannel = (pointer: Code) => i32.add(pointer, get(channel));
    const visit = sequence(
      set(
        isMaximum,
        f32x4.and(get(free), f32x4.equal(f32x4.load(i32.add(get(x), get(offset))), get(maximum))),
      ),
      set(free, f32x4.andNot(get(free), get(isMaximum))),
      f32x4.store(i32.add(get(dx), get(offset)), f32x4.and(get(gradient), get(isMaximum))),
      increase(offset, get(pixelBytes)),
      increase(column, i32.of(-1)),
    );
    const visitWindow = sequence(
      set(maximum, f32x4.load(atChannel(get(y)))),
      set(gradient, f32x4.load(atChannel(get(dy)))),
      set(free, f32x4.equal(f32x4.zero(), f32x4.zero())),
      set(row, i32.of(0)),
      whileTrue(
        i32.less(get(row), get(height)),
        set(offset, atChannel(i32.mul(get(row), get(rowBytes)))),
        set(column, get(width)),
        whileTrue(i32.less(i32.of(0), get(column)), visit),
        increase(row, i32.of(1)),
      ),
    );
    const windowBytes = i32.mul(get(width), get(pixelBytes));
    return whileTrue(
      i32.less(i32.of(0), get(windows)),
      // Channels by four; the last four overlap those before them where their count asks for it.
      set(channel, i32.of(0)),
      whileTrue(
        i32.less(get(channel), i32.sub(get(pixelBytes), i32.of(16))),
        visitWindow,
        increase(channel, i32.of(16)),
      ),
      set(channel, i32.sub(get(pixelBytes), i32.of(16))),
      visitWindow,
      ...[x, dx].map((pointer) => increase(pointer, windowBytes)),
      ...[y, dy].map((pointer) => increase(pointer, get(pixelBytes))),
      increase(windows, i32.of(-1)),
    );
  },
};

/** Functions for pooling. */
export const POOL_FUNCTIONS: readonly WasmFunction[] = [maximumGradient];
