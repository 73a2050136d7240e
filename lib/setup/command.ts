import { spawn, spawnSync } from 'node:child_process';
import { projectRoot } from '../files/project';

/**
 * Runs a program to its end, without a shell.
 * @param command program, then its arguments
 * @returns what it wrote to its standard output
 * @throws Error with the command and the last lines of its output when it fails or is not there
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
 * Tells whether a program is there and answers a harmless question.
 * @param command program, then its arguments
 * @returns its standard output, or undefined when it is missing, fails or takes over 10 seconds
 */
export function readOutput(command: readonly string[]): string | undefined {
  const [program, ...args] = command;
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 10000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
