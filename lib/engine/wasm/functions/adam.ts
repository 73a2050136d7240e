import type { Code, Local, WasmFunction } from '../assembler';
import {
  FOURFOLD,
  get,
  i32,
  increase,
  sequence,
  set,
  SINGLE,
  whileTrue,
  type Numbers,
} from '../instructions';

/**
 * Takes Adam's step in place: `adam(weights, mean, square, gradient, count, share1, share2, stepSize, epsilon)`.
 * The shares are 1 - beta, which loses digits in float32; epsilon is as it stands before bias correction.
 * Source: Kingma and Ba, "Adam", algorithm 1 and the reformulation at the end of section 2.
 */
const adam: WasmFunction = {
  name: 'adam',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32', 'f32', 'f32'],
  body([weights, mean, square, gradient, count, share1, share2, stepSize, epsilon], scope) {
    const stepOf = ({ type, width, o, constant }: Numbers): Code => {
      const [g, m, v] = [scope.local(type), scope.local(type), scope.local(type)];
      // m + (1 - beta1) (g - m) is beta1 m + (1 - beta1) g with one product less.
      const towards = (from: Code, to: Code, share: Local) =>
        o.add(from, o.mul(constant(share), o.sub(to, from)));
      return sequence(
        set(g, o.load(get(gradient))),
        set(m, towards(o.load(get(mean)), get(g), share1)),
        set(v, towards(o.load(get(square)), o.mul(get(g), get(g)), share2)),
        o.store(get(mean), get(m)),
        o.store(get(square), get(v)),
        o.store(
          get(weights),
          o.sub(o.load(get(weights)), o.div(o.mul(constant(stepSize), get(m)), o.add(o.sqrt(get(v)), constant(epsilon)))), // prettier-ignore
        ),
        ...[weights, mean, square, gradient].map((pointer) => increase(pointer, i32.of(4 * width))),
        increase(count, i32.of(-width)),
      );
    };
    return sequence(
      whileTrue(i32.lessOrEqual(i32.of(4), get(count)), stepOf(FOURFOLD)),
      whileTrue(i32.less(i32.of(0), get(count)), stepOf(SINGLE)),
    );
  },
};

/** The optimizer's function. */
export const ADAM_FUNCTIONS: readonly WasmFunction[] = [adam];
