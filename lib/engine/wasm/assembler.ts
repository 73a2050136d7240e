/** What a WebAssembly local holds. */
export type ValueType = 'i32' | 'f32' | 'v128';

/** Encoded instructions; an expression leaves one value on the stack, a statement none. */
export type Code = readonly number[];

/** A parameter or local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** Hands out the local variables of one function. */
export interface Scope {
  local(type: ValueType): Local;
}

/** One function of a module: it is exported under its name and returns nothing. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  /** Gives the body; `call` finds functions that stand before this one by name. */
  readonly body: (parameters: readonly Local[], scope: Scope, call: Call) => Code;
}

/** Calls a function of the same module by its name. */
export type Call = (name: string, ...parameters: readonly Code[]) => Code;

const TYPE_CODES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const SECTIONS = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
const FUNCTION = 0x60;
const END = 0x0b;

/**
 * Encodes a module that works on a memory of somebody else's, imported as `host.memory`.
 * @param functions in an order in which each calls only those before it
 * @returns the module in WebAssembly's binary format
 * Source: WebAssembly specification 2.0, chapter 5 (binary format).
 */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [FUNCTION, ...vector(parameters.map(typeCode)), 0]);
  const memory = [...name('host'), ...name('memory'), 0x02, 0x00, ...unsigned(0)];
  const exports = functions.map((f, i) => [...name(f.name), 0x00, ...unsigned(i)]);
  const bodies = functions.map((f, i) => encodeBody(f, functions.slice(0, i)));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(SECTIONS.types, types),
    ...section(SECTIONS.imports, [memory]),
    ...section(SECTIONS.functions, functions.map((_, i) => unsigned(i))), // prettier-ignore
    ...section(SECTIONS.exports, exports),
    ...section(SECTIONS.code, bodies),
  ]);
}

/** Encodes an unsigned integer as LEB128. */
export function unsigned(value: number): number[] {
  const bytes = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Encodes a signed 32-bit integer as LEB128. */
export function signed(value: number): number[] {
  const bytes = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -0x40 && rest < 0x40) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function encodeBody({ name, parameters, body }: WasmFunction, known: readonly WasmFunction[]): number[] {
  const locals: Local[] = parameters.map((type, index) => ({ index, type }));
  const scope: Scope = {
    local(type) {
      const local = { index: locals.length, type };
      locals.push(local);
      return local;
    },
  };
  const call: Call = (target, ...values) => {
    const index = known.findIndex((f) => f.name === target);
    if (index < 0) throw new RangeError(`Expected a function before ${name} for call but received ${target}`);
    return [...values.flat(), 0x10, ...unsigned(index)];
  };
  const code = body(locals.slice(), scope, call);
  const declared = locals.slice(parameters.length).map(({ type }) => [...unsigned(1), typeCode(type)]);
  const bytes = [...unsigned(declared.length), ...declared.flat(), ...code, END];
  return [...unsigned(bytes.length), ...bytes];
}

function typeCode(type: ValueType): number {
  return TYPE_CODES[type];
}

function section(id: number, entries: readonly Code[]): number[] {
  const bytes = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(bytes.length), ...bytes];
}

function vector(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function name(text: string): number[] {
  return vector(Array.from(new TextEncoder().encode(text)));
}
