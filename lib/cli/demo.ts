import { Command } from 'commander';
import { numberBetween } from './number';
import { print } from './print';

/** `demo`: the page in a browser. */
export const demoCommand = new Command('demo')
  .description(
    'build the web page and serve it to this machine: camera, picture or sample, all in the browser',
  )
  .option('--port <number>', '0 takes any that is free', numberBetween(0, 65535, { isWhole: true }), 8808)
  .option('-m, --model <file>', 'model file; default: the project’s own')
  .action(async (options: { readonly port: number; readonly model?: string }) => {
    const { runDemo } = await import('../commands/demo');
    await runDemo({ ...options, print });
  });
