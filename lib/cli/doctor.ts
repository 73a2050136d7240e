import { Command } from 'commander';
import { print } from './print';

/** `doctor`: what runs here. */
export const doctorCommand = new Command('doctor')
  .description('tell what runs here and what is missing')
  .option('--json', 'as JSON')
  .action(async ({ json }: { json?: boolean }) => {
    const { runDoctor } = await import('../commands/doctor');
    await runDoctor(json ? 'json' : 'text', print);
  });
