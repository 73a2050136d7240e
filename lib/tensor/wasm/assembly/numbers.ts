/*
 * Arithmetic on one number (T = f32) or on four numbers (T = v128), so that a loop is written once for both. Each
 * function compiles to one instruction.
 */

/** Returns the number in each lane. */
export function all<T>(value: f32): T {
  return isVector<T>() ? f32x4.splat(value) : value;
}

export function add<T>(a: T, b: T): T {
  return isVector<T>() ? f32x4.add(a, b) : a + b;
}

export function subtract<T>(a: T, b: T): T {
  return isVector<T>() ? f32x4.sub(a, b) : a - b;
}

export function multiply<T>(a: T, b: T): T {
  return isVector<T>() ? f32x4.mul(a, b) : a * b;
}

export function divide<T>(a: T, b: T): T {
  return isVector<T>() ? f32x4.div(a, b) : a / b;
}

export function squareRoot<T>(a: T): T {
  return isVector<T>() ? f32x4.sqrt(a) : f32.sqrt(a);
}

export function relu<T>(a: T): T {
  return isVector<T>() ? f32x4.max(a, f32x4.splat(0)) : f32.max(a, 0);
}

/** Computes relu's gradient: a where relu's output y is above 0, otherwise 0. */
export function reluGradient<T>(a: T, y: T): T {
  return isVector<T>() ? v128.and(a, f32x4.gt(y, f32x4.splat(0))) : y > 0 ? a : 0;
}
