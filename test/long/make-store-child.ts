// Makes a store of a folder's portraits and kills itself on the way:
// make-store-child.ts FOLDER 'op' N kills it in the middle of the Nth change of the file system, 'ms' N after N ms;
// 'full' N lets the disk be full from the Nth change on.
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { makeStore } from '../../lib/faces/store/preprocess';

const [folder, unit, limit] = process.argv.slice(2);
let operations = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('Expected to be dead');
}

/** Calls an operation, or, when its turn has come, does half of it and dies or fails. */
function counted<A extends unknown[], R>(
  operation: (...args: A) => R,
  half: (...args: A) => void,
  isFreeing = false,
) {
  return function (this: unknown, ...args: A): R {
    operations += 1;
    if (unit === 'op' && operations === Number(limit)) {
      half.apply(this, args);
      die();
    }
    if (unit === 'full' && operations >= Number(limit) && !isFreeing) {
      half.apply(this, args);
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    }
    return operation.apply(this, args);
  };
}

async function instrument(): Promise<void> {
  const nothing = () => undefined;
  const writes = promises as unknown as Record<string, (...args: unknown[]) => unknown>;
  const { open } = writes;
  const openToWrite = counted<unknown[], unknown>(open, nothing);
  writes.open = (...args) => (args[1] === 'r' ? open(...args) : openToWrite(...args));
  for (const name of ['rename', 'mkdir']) writes[name] = counted(writes[name], nothing);
  writes.rm = counted(writes.rm, nothing, true);
  const handle = await promises.open(__filename, 'r');
  const prototype = Object.getPrototypeOf(handle) as Record<string, (...args: unknown[]) => unknown>;
  await handle.close();
  const writeHalf = function (this: unknown, bytes: unknown) {
    const buffer = Buffer.from(bytes as Uint8Array);
    fs.writeSync((this as FileHandle).fd, buffer, 0, buffer.length >> 1);
  };
  for (const name of ['writeFile', 'appendFile']) prototype[name] = counted(prototype[name], writeHalf);
  prototype.sync = counted(prototype.sync, nothing);
}

async function main(): Promise<void> {
  await instrument();
  operations = 0;
  if (unit === 'ms') setTimeout(die, Number(limit));
  const names = fs.readdirSync(path.join(folder, 'data')).sort();
  const { seconds } = await makeStore(
    {
      name: 'portraits',
      records: names.map((name) => ({ path: name, character: 'aia', emotion: 'joy' as const })),
    },
    {
      root: path.join(folder, 'data'),
      cacheDirectory: path.join(folder, 'cache'),
      directory: path.join(folder, 'store'),
      shardSize: 16,
    },
  );
  process.stdout.write(JSON.stringify({ operations, milliseconds: 1000 * seconds }));
}

main().catch((error: Error) => {
  process.stderr.write(error.message);
  process.exit(1);
});
