/**
 * Puts an environment variable back after each test of the surrounding `describe`.
 * @returns a function that sets it for the running test; undefined takes it away
 */
export function useEnvironment(name: string): (value: string | undefined) => void {
  const before = process.env[name];
  const set = (value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  afterEach(() => set(before));
  return set;
}
