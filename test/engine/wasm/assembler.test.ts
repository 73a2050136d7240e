import assert from 'node:assert/strict';
import { assemble, signed, unsigned } from '../../../lib/engine/wasm/assembler';
import { f32, get, i32, increase, sequence, whileTrue } from '../../../lib/engine/wasm/instructions';

describe('the WebAssembly assembler', () => {
  it("encodes integers as the specification's LEB128", () => {
    // Examples of DWARF 4, figures 22 and 23, where LEB128 comes from.
    assert.deepEqual([2, 127, 128, 129, 12857].map(unsigned), [[2], [127], [0x80, 1], [0x81, 1], [0xb9, 0x64]]); // prettier-ignore
    assert.deepEqual([2, -2, 127, -127, 128, -129].map(signed), [[2], [0x7e], [0xff, 0], [0x81, 0x7f], [0x80, 1], [0xff, 0x7e]]); // prettier-ignore
    assert.deepEqual(unsigned(0xffffffff), [0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it('makes modules that run on a memory of somebody else', () => {
    const bytes = assemble([
      {
        name: 'addOne',
        parameters: ['i32'],
        body: ([at]) => f32.store(get(at), f32.add(f32.load(get(at)), f32.of(1))),
      },
      {
        name: 'addOneToEach',
        parameters: ['i32', 'i32'],
        body: ([at, end], _scope, call) =>
          whileTrue(
            i32.belowAddress(get(at), get(end)),
            sequence(call('addOne', get(at)), increase(at, i32.of(4))),
          ),
      },
    ]);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } });
    (exports.addOneToEach as (at: number, end: number) => void)(4, 12);
    assert.deepEqual([...new Float32Array(memory.buffer, 0, 4)], [0, 1, 1, 0]);
  });

  it('names a function that is not there', () => {
    const caller = { name: 'caller', parameters: [], body: (_p: unknown, _s: unknown, call: (name: string) => readonly number[]) => call('nobody') }; // prettier-ignore
    assert.throws(() => assemble([caller]), /Expected a function before caller for call but received nobody/);
  });
});
