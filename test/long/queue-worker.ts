// A worker process of the queue test: queue-worker.ts URL. It prints a line a job that is done.
import { startQueueWorker } from '../../lib/study/queue/queue';

void startQueueWorker(process.argv[2], {
  lockMs: 4000,
  print: (line) => process.stdout.write(`${line}\n`),
}).then(() => process.stdout.write('ready\n'));
