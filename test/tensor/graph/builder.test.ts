import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { KINDS, nativeBackend, TYPES } from '../../../lib/tensor/native/addon';
import { GraphBuilder } from '../../../lib/tensor/graph/builder';
import { encodeSavedModel, openSession } from '../../../lib/tensor/graph/session';
import { describeNative } from '../../support/native';

/** Start of the names of the temporary folders from which graphs are loaded. */
const FOLDER = `prior-attention-graph-${process.pid}-`;

const T = { T: { type: TYPES.float32 } };

describeNative('GraphBuilder', () => {
  const builderOf = () => new GraphBuilder(nativeBackend()!);

  it('makes a graph that a session runs, outputs in the order that they are asked for', () => {
    const builder = builderOf();
    const x = builder.addPlaceholder('x', [2]);
    const two = builder.addConstant('two', {
      shape: [],
      dtype: TYPES.float32,
      values: Float32Array.of(2),
    });
    const twice = builder.add({ name: 'twice', op: 'Mul', inputs: [x, two], attributes: T });
    const more = builder.add({ name: 'more', op: 'AddV2', inputs: [twice, two], attributes: T });
    const session = openSession(nativeBackend()!, builder.nodes);
    tf.tidy(() => {
      const given = session.run({ x: tf.tensor1d([3, 4]) }, [more, twice]);
      assert.deepEqual(
        given.map((tensor) => [...tensor.dataSync()]),
        [
          [8, 10],
          [6, 8],
        ],
      );
    });
    session.dispose();
  });

  it('finds the consumers of an output beside a result, through inputs and control inputs', () => {
    const builder = builderOf();
    for (const name of ['w', 'x']) builder.addPlaceholder(name, []);
    builder.add({ name: 'forward', op: 'Mul', inputs: ['x:0', 'w:0'], attributes: T });
    builder.add({ name: 'beside', op: 'Neg', inputs: ['w:0'], attributes: T });
    builder.add({ name: 'gradient', op: 'Neg', inputs: ['x:0'], attributes: T, controlInputs: ['forward'] });
    assert.deepEqual(builder.findOtherConsumers('w:0', 'gradient:0'), ['beside']);
    assert.deepEqual(builder.findOtherConsumers('w:0', 'beside:0'), ['forward']);
  });

  it("reports TensorFlow's message for an invalid graph, and leaves no folder behind", () => {
    const folders = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(FOLDER));
    const before = folders();
    const builder = builderOf();
    builder.add({ name: 'lost', op: 'Neg', inputs: ['nowhere:0'], attributes: T });
    assert.throws(() => openSession(nativeBackend()!, builder.nodes), /nowhere/);
    assert.deepEqual(folders(), before);
  });

  it('names the attribute that it cannot write', () => {
    const attributes = [{ name: 'limits', type: KINDS.float, value: [1, 2] }];
    assert.throws(
      () => encodeSavedModel([{ name: 'node', op: 'Any', inputs: [], attributes }]),
      /for limits but received \[1,2\]/,
    );
  });
});
