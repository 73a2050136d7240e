import { add, all, divide, multiply, squareRoot, subtract } from './numbers';

/**
 * Updates weights and moment estimates in place by one step of Adam. The shares are 1 - beta, computed by the caller,
 * since float32 would lose digits. Epsilon is for use without bias correction.
 * Source: Kingma and Ba, "Adam", algorithm 1 and the reformulation at the end of section 2.
 */
export function adam(
  weights: usize,
  mean: usize,
  square: usize,
  gradient: usize,
  count: i32,
  share1: f32,
  share2: f32,
  stepSize: f32,
  epsilon: f32,
): void {
  const end: usize = count << 2;
  const endOfFours: usize = end & ~15;
  for (let at: usize = 0; at < endOfFours; at += 16)
    step<v128>(weights + at, mean + at, square + at, gradient + at, share1, share2, stepSize, epsilon);
  for (let at = endOfFours; at < end; at += 4)
    step<f32>(weights + at, mean + at, square + at, gradient + at, share1, share2, stepSize, epsilon);
}

function step<T>(
  weights: usize,
  mean: usize,
  square: usize,
  gradient: usize,
  share1: f32,
  share2: f32,
  stepSize: f32,
  epsilon: f32,
): void {
  const g = load<T>(gradient);
  const m = moveTowards<T>(load<T>(mean), g, share1);
  const v = moveTowards<T>(load<T>(square), multiply<T>(g, g), share2);
  store<T>(mean, m);
  store<T>(square, v);
  const change = divide<T>(multiply<T>(all<T>(stepSize), m), add<T>(squareRoot<T>(v), all<T>(epsilon)));
  store<T>(weights, subtract<T>(load<T>(weights), change));
}

/** Computes m + (1 - beta) (g - m), which equals beta m + (1 - beta) g with one product less. */
function moveTowards<T>(from: T, to: T, share: f32): T {
  return add<T>(from, multiply<T>(all<T>(share), subtract<T>(to, from)));
}
