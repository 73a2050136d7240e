import * as tf from '@tensorflow/tfjs';

/** A kernel's input: the id of its data, and its shape. */
type TracedTensor = Pick<tf.TensorInfo, 'dataId' | 'shape'>;

/** An attribute of a node, in the JSON form of TensorFlow's GraphDef. */
type GraphAttribute =
  | { readonly s: string }
  | { readonly b: boolean }
  | { readonly f: number }
  | { readonly i: string }
  | { readonly type: 'DT_FLOAT' | 'DT_INT32' }
  | { readonly list: { readonly i: readonly string[] } }
  | { readonly shape: { readonly dim: readonly { readonly size: string }[] } };

/** Attributes of a node by name. */
export type Attributes = Readonly<Record<string, GraphAttribute>>;

/** How a tfjs kernel is written as a TensorFlow node. */
export interface GraphOperation {
  /** Name of the TensorFlow operation, as tfjs' graph executor knows it. */
  readonly op: string;
  /** Names of the kernel's inputs in the node's order; default all, in the kernel's order. */
  readonly inputs?: readonly string[];
  /** Computes the shape of the kernel's result; default the first input's. */
  readonly shapeOf?: (inputs: readonly TracedTensor[], attributes: tf.NamedAttrMap) => number[];
  readonly attributes?: (attributes: tf.NamedAttrMap, inputs: readonly TracedTensor[]) => Attributes;
  /** A constant that is an attribute of the kernel but the last input of the node: one integer or a list. */
  readonly lastInput?: (attributes: tf.NamedAttrMap) => number | readonly number[];
}

type Shape4D = [number, number, number, number];

/**
 * The kernels that a graph can contain, by tfjs' names: those that our networks call in inference mode.
 * Source: TensorFlow's operation definitions; the attributes that tfjs-converter reads.
 */
export const GRAPH_OPERATIONS: Readonly<Record<string, GraphOperation>> = {
  [tf.Conv2D]: {
    op: 'Conv2D',
    inputs: ['x', 'filter'],
    shapeOf: ([x, filter], attributes) => {
      const { strides, dilations, pad } = attributes as unknown as tf.Conv2DAttrs;
      const shapes = [x.shape as Shape4D, filter.shape as Shape4D] as const;
      return tf.backend_util.computeConv2DInfo(...shapes, strides, dilations, pad).outShape;
    },
    attributes: ({ strides, dilations, pad }) => ({
      strides: toSides(strides),
      dilations: toSides(dilations),
      ...toPadding(pad),
    }),
  },
  [tf.MaxPool]: pooling('MaxPool'),
  [tf.AvgPool]: pooling('AvgPool'),
  [tf.FusedBatchNorm]: {
    op: 'FusedBatchNormV3',
    inputs: ['x', 'scale', 'offset', 'mean', 'variance'],
    attributes: ({ varianceEpsilon }) => ({
      epsilon: { f: varianceEpsilon as number },
      is_training: { b: false },
      data_format: toText('NHWC'),
    }),
  },
  [tf.BatchMatMul]: {
    op: 'MatMul',
    inputs: ['a', 'b'],
    shapeOf: ([a, b], { transposeA, transposeB }) => [
      a.shape[transposeA ? 1 : 0],
      b.shape[transposeB ? 0 : 1],
    ],
    attributes: ({ transposeA, transposeB }) => ({
      transpose_a: { b: Boolean(transposeA) },
      transpose_b: { b: Boolean(transposeB) },
    }),
  },
  [tf.Reshape]: {
    op: 'Reshape',
    inputs: ['x'],
    shapeOf: ([x], { shape }) =>
      tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape(x.shape)),
    lastInput: ({ shape }) => shape as number[],
  },
  [tf.Transpose]: {
    op: 'Transpose',
    inputs: ['x'],
    shapeOf: ([x], { perm }) => (perm as number[]).map((axis) => x.shape[axis]),
    lastInput: ({ perm }) => perm as number[],
  },
  // tfjs casts the result of pooling to the type that it already has.
  [tf.Cast]: {
    op: 'Cast',
    inputs: ['x'],
    attributes: () => ({ SrcT: { type: 'DT_FLOAT' }, DstT: { type: 'DT_FLOAT' } }),
  },
  [tf.Reverse]: {
    op: 'ReverseV2',
    inputs: ['x'],
    lastInput: ({ dims }) => toList(dims),
  },
  [tf.Mean]: {
    op: 'Mean',
    inputs: ['x'],
    shapeOf: ([x], { axis, keepDims }) => {
      const [kept] = tf.backend_util.computeOutAndReduceShapes(x.shape, toList(axis));
      return keepDims ? tf.backend_util.expandShapeToKeepDim(kept, toList(axis)) : kept;
    },
    attributes: ({ keepDims }) => ({ keep_dims: { b: Boolean(keepDims) } }),
    lastInput: ({ axis }) => toList(axis),
  },
  [tf.Concat]: {
    op: 'ConcatV2',
    shapeOf: (inputs, { axis }) =>
      tf.backend_util.computeOutShape(
        inputs.map(({ shape }) => shape),
        axis as number,
      ),
    attributes: (_, inputs) => ({ N: { i: `${inputs.length}` } }),
    lastInput: ({ axis }) => axis as number,
  },
  [tf.Relu]: { op: 'Relu', inputs: ['x'] },
  [tf.Softmax]: { op: 'Softmax', inputs: ['logits'] },
  [tf.Add]: elementwise('AddV2'),
  [tf.Multiply]: elementwise('Mul'),
  [tf.RealDiv]: elementwise('RealDiv'),
};

function pooling(op: 'MaxPool' | 'AvgPool'): GraphOperation {
  return {
    op,
    inputs: ['x'],
    shapeOf: ([x], attributes) => {
      const { filterSize, strides, pad } = attributes as unknown as tf.MaxPoolAttrs;
      return tf.backend_util.computePool2DInfo(x.shape as Shape4D, filterSize, strides, 1, pad).outShape;
    },
    attributes: ({ filterSize, strides, pad }) => ({
      ksize: toSides(filterSize),
      strides: toSides(strides),
      ...toPadding(pad),
    }),
  };
}

function elementwise(op: string): GraphOperation {
  return {
    op,
    inputs: ['a', 'b'],
    shapeOf: ([a, b]) => tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape),
  };
}

function toList(axes: unknown): number[] {
  return Array.isArray(axes) ? (axes as number[]) : [axes as number];
}

/** Encodes a text attribute: GraphDef's JSON has text in base64. */
function toText(text: string): GraphAttribute {
  return { s: btoa(text) };
}

function toPadding(pad: unknown): Attributes {
  if (pad !== 'same' && pad !== 'valid')
    throw new RangeError(`Expected same or valid for pad but received ${JSON.stringify(pad)}`);
  return { padding: toText(pad.toUpperCase()), data_format: toText('NHWC') };
}

/** Writes sizes or strides of the spatial axes as [1, height, width, 1]. */
function toSides(sides: unknown): GraphAttribute {
  const [height, width] = Array.isArray(sides) ? (sides as number[]) : [sides, sides];
  return { list: { i: [1, height, width, 1].map(String) } };
}
