import assert from 'node:assert/strict';
import { startContender, type Contender } from '../../bench/contender';
import { CONTENDERS } from '../../bench/contenders';
import { TERGAT_PARAMETERS } from '../../bench/pool';
import { describeNative } from '../support/native';

describeNative('the contenders', function () {
  this.timeout(60000);
  let contender: Contender | undefined;

  // Also where an assertion failed: a living process would keep the test run from ending.
  afterEach(() => contender?.close());

  it('train in a process of their own, and hold the same tensors after each request', async () => {
    contender = await startContender(CONTENDERS.small);
    const [first, second] = [await contender.run(2), await contender.run(3)];
    assert.ok(first.seconds > 0 && first.peakMb > 50);
    assert.equal(second.tensors, first.tensors);
  });

  it('answer for a photograph in one process and in a fresh one, which takes longer', async () => {
    contender = await startContender(CONTENDERS.predictionWarm);
    await contender.run(1);
    const warm = await contender.run(1);
    await contender.close();
    contender = await startContender(CONTENDERS.predictionCold);
    const cold = await contender.run(1);
    assert.ok(cold.seconds > warm.seconds, `${cold.seconds} s and ${warm.seconds} s`);
  });

  it('are as large when written with the layers of tfjs', async () => {
    contender = await startContender(CONTENDERS.stock);
    assert.equal(contender.ready.parameters, TERGAT_PARAMETERS);
    assert.ok(contender.ready.versions?.TensorFlow);
  });
});
