import assert from 'node:assert/strict';
import { startProgram, type RunningProgram } from '../../bench/start-program';
import { PROGRAMS, TERGAT_PARAMETERS } from '../../bench/measured-programs';
import { describeNative } from '../support/native';

describeNative('the programs', function () {
  this.timeout(60000);
  let program: RunningProgram | undefined;

  // Also where an assertion failed: a living process would keep the test run from ending.
  afterEach(() => program?.close());

  it('train in a process of their own, and hold the same tensors after each request', async () => {
    program = await startProgram(PROGRAMS.small);
    const [first, second] = [await program.run(2), await program.run(3)];
    assert.ok(first.seconds > 0 && first.peakMb > 50);
    assert.equal(second.tensors, first.tensors);
  });

  it('answer for a photograph in one process and in a fresh one, which takes longer', async () => {
    program = await startProgram(PROGRAMS.predictionPhoto);
    await program.run(1);
    const warm = await program.run(1);
    await program.close();
    program = await startProgram(PROGRAMS.predictionCold);
    const cold = await program.run(1);
    assert.ok(cold.seconds > warm.seconds, `${cold.seconds} s and ${warm.seconds} s`);
  });

  it('are as large when written with the layers of tfjs', async () => {
    program = await startProgram(PROGRAMS.stock);
    assert.equal(program.ready.parameters, TERGAT_PARAMETERS);
    assert.ok(program.ready.versions?.TensorFlow);
  });
});
