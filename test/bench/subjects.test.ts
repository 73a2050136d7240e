import assert from 'node:assert/strict';
import { startSubject, type Subject } from '../../bench/subject';
import { SUBJECTS } from '../../bench/subjects';
import { TERGAT_PARAMETERS } from '../../bench/pool';
import { describeNative } from '../support/native';

describeNative('the subjects', function () {
  this.timeout(60000);
  let subject: Subject | undefined;

  // Also where an assertion failed: a living process would keep the test run from ending.
  afterEach(() => subject?.close());

  it('train in a process of their own, and hold the same tensors after each request', async () => {
    subject = await startSubject(SUBJECTS.small);
    const [first, second] = [await subject.run(2), await subject.run(3)];
    assert.ok(first.seconds > 0 && first.peakMb > 50);
    assert.equal(second.tensors, first.tensors);
  });

  it('answer for a photograph in one process and in a fresh one, which takes longer', async () => {
    subject = await startSubject(SUBJECTS.predictionWarm);
    await subject.run(1);
    const warm = await subject.run(1);
    await subject.close();
    subject = await startSubject(SUBJECTS.predictionCold);
    const cold = await subject.run(1);
    assert.ok(cold.seconds > warm.seconds, `${cold.seconds} s and ${warm.seconds} s`);
  });

  it('are as large when written with the layers of tfjs', async () => {
    subject = await startSubject(SUBJECTS.stock);
    assert.equal(subject.ready.parameters, TERGAT_PARAMETERS);
    assert.ok(subject.ready.versions?.TensorFlow);
  });
});
