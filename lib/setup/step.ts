import { spawn, spawnSync } from 'node:child_process';
import { explainUnwritable, projectRoot } from '../files/project';

/**
 * Runs a step of set-up and prints a line: its name, what was done, and its time if that is at least one second.
 * @param work returns what was done; its errors are printed
 * @returns why the step is not available; undefined if it is
 */
export async function runStep(
  name: string,
  work: () => Promise<string>,
  print: (line: string) => void,
): Promise<string | undefined> {
  const start = performance.now();
  try {
    const detail = await work();
    const seconds = (performance.now() - start) / 1000;
    print(`${name}: ${detail}${seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : ''}`);
    return undefined;
  } catch (error) {
    const { message } = explainUnwritable(error) as Error;
    const consequence = name === 'TensorFlow' ? '; the WebAssembly backend is used' : '';
    print(`${name}: not available: ${message}${consequence}`);
    return message;
  }
}

/**
 * Runs a program to its end in the project's folder, without a shell.
 * @param command program, then its arguments
 * @returns its standard output
 * @throws Error when it is missing or fails, with the last lines of its output
 */
export function runCommand(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('error', (cause) =>
      reject(new Error(`Expected ${program} to start but ${cause.message}`, { cause })),
    );
    child.on('close', (status) => {
      if (status === 0) return resolve(output);
      const tail = `${output}\n${errors}`.trim().split('\n').slice(-15).join('\n');
      reject(new Error(`Expected ${command.join(' ')} to succeed but it ended with ${status}:\n${tail}`));
    });
  });
}

/**
 * Returns the standard output of a program that changes nothing; undefined if it is missing, fails or takes over 10 seconds.
 * @param command program, then its arguments
 */
export function readOutput(command: readonly string[]): string | undefined {
  const [program, ...args] = command;
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 10000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
