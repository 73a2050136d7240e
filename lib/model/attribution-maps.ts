import * as tf from '@tensorflow/tfjs';
import type { Network } from './networks/network';

/** The tap of a branch's last feature map, flattened to [n, side * side * channels]. */
export interface FeatureLayer {
  /** Name of the tapped layer, such as `eyes.drop`. */
  readonly name: string;
  /** Side of the map in points. */
  readonly side: number;
}

/** A network's input pictures, each [n, size, size, 1]. */
type Pictures = readonly tf.Tensor4D[];

/**
 * Computes attribution maps by Grad-CAM: the channels of each branch's last feature map, weighted by the mean gradient
 * of the predicted class's logit; negative values are set to 0.
 * @param inputs each [n, size, size, 1]
 * @param layers one per input, in their order
 * @returns one map per input, [n, size, size] row by row, 0 or more, in the logits' unit
 * @throws RangeError when the network has no layer of a given name
 * Source: Selvaraju et al. 2017, equations 1 and 2.
 */
export function gradCamMaps(
  network: Network,
  inputs: Pictures,
  layers: readonly FeatureLayer[],
): Float32Array[] {
  const forward = (tap: (name: string, features: tf.Tensor) => tf.Tensor) =>
    network.forward(inputs, { training: false, tap });
  const maps = tf.tidy(() => {
    const tapped = new Map<string, tf.Tensor>();
    const keep = (name: string, features: tf.Tensor) => {
      tapped.set(name, features);
      return features;
    };
    const predicted = predictedOneHot(forward(keep));
    const features = layers.map(({ name }) => {
      const found = tapped.get(name);
      if (found) return found;
      const names = [...tapped.keys()].join(', ');
      throw new RangeError(`Expected one of ${names} for layers but received ${name}`);
    });
    // A zero tensor is added to each feature map; the gradient by it equals the gradient by the map.
    const predictedLogits = (...changes: tf.Tensor[]) => {
      const change = (name: string, map: tf.Tensor) => {
        const layer = layers.findIndex((one) => one.name === name);
        return layer < 0 ? map : map.add(changes[layer]);
      };
      const logits = forward(change).mul(predicted).sum();
      // This term gives a gradient of 0 to a picture that no logit depends on.
      return tf.addN([logits, ...changes.map((change) => change.sum().mul(0))]) as tf.Scalar;
    };
    const gradients = tf.grads(predictedLogits)(features.map((map) => tf.zerosLike(map)));
    return layers.map(({ side }, index) => {
      const toMap = (flat: tf.Tensor) => flat.reshape([flat.shape[0], side, side, -1]);
      const weights = toMap(gradients[index]).mean([1, 2], true); // [n, 1, 1, channels]
      const map = tf.relu(toMap(features[index]).mul(weights).sum(3, true)) as tf.Tensor4D; // [n, side, side, 1]
      const size = inputs[index].shape[1];
      return tf.image.resizeBilinear(map, [size, size], false, true);
    });
  });
  const values = maps.map((map) => map.dataSync() as Float32Array);
  tf.dispose(maps);
  return values;
}

/** Size and stride of the occluding patch. */
export interface Occlusion {
  /** Side of the square patch in pixels. */
  readonly patchPx: number;
  /** Distance between neighbouring patch positions in pixels. */
  readonly stridePx: number;
}

/**
 * Computes attribution maps by occlusion: the decrease of the predicted class's probability when a patch is replaced by
 * the picture's mean. A pixel's value is the mean over the patches that cover it.
 * @param inputs each [n, size, size, 1]
 * @returns one map per input, [n, size, size] row by row, -1 to 1; negative where occlusion increases the probability
 * Source: Zeiler and Fergus 2014, section 4.2.
 */
export function occlusionMaps(network: Network, inputs: Pictures, occlusion: Occlusion): Float32Array[] {
  return tf.tidy(() => {
    const logits = network.forward(inputs, { training: false });
    const predicted = predictedOneHot(logits);
    const probability = (all: tf.Tensor2D) => tf.softmax(all).mul(predicted).sum(1); // [n]
    const before = probability(logits);
    return inputs.map((picture, index) => {
      const decrease = (changed: tf.Tensor4D) => {
        const pictures = inputs.map((other, position) => (position === index ? changed : other));
        return before.sub(probability(network.forward(pictures, { training: false })));
      };
      return slidePatch(picture, occlusion, decrease);
    });
  });
}

/** @param decrease returns how much each sample's probability decreases for a changed picture, [n] */
function slidePatch(
  picture: tf.Tensor4D,
  { patchPx, stridePx }: Occlusion,
  decrease: (changed: tf.Tensor4D) => tf.Tensor,
): Float32Array {
  const [count, size] = picture.shape;
  const [sums, covers] = [new Float32Array(count * size * size), new Float32Array(size * size)];
  const mean = picture.mean([1, 2], true);
  const side = Math.min(patchPx, size);
  const places = placesOf(size - side, stridePx);
  for (const top of places) {
    for (const left of places) {
      const patch = new Float32Array(size * size);
      for (let row = top; row < top + side; row++) patch.fill(1, row * size + left, row * size + left + side);
      const decreases = tf.tidy(() => {
        const mask = tf.tensor4d(patch, [1, size, size, 1]);
        return decrease(picture.mul(tf.sub(1, mask)).add(mean.mul(mask)) as tf.Tensor4D).dataSync();
      });
      for (const [at, isCovered] of patch.entries()) {
        if (!isCovered) continue;
        covers[at] += 1;
        for (let row = 0; row < count; row++) sums[row * size * size + at] += decreases[row];
      }
    }
  }
  return sums.map((sum, at) => sum / covers[at % (size * size)]);
}

/** Returns the offsets of the patches; the last patch lies at the edge, so that every pixel is covered. */
function placesOf(last: number, stridePx: number): number[] {
  return [...Array.from({ length: Math.ceil(last / stridePx) }, (_, index) => index * stridePx), last];
}

/** Returns one-hot rows of each sample's predicted class, [n, classes]. */
function predictedOneHot(logits: tf.Tensor2D): tf.Tensor2D {
  return tf.oneHot(logits.argMax(1), logits.shape[1]).toFloat() as tf.Tensor2D;
}
