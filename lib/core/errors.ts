/**
 * Makes the error for data, a setting or an argument that cannot be used.
 * @param name of the setting, the file or the record at fault
 */
export function unexpected(expected: string, name: string, received: unknown, cause?: unknown): RangeError {
  const message = `Expected ${expected} for ${name} but received ${received}`;
  // Consoles and notebooks would show `[cause]: undefined`.
  return cause === undefined ? new RangeError(message) : new RangeError(message, { cause });
}
