import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { MimeBundle } from '../figures/bundle';

/** Sends an output to the running cell; `update` replaces the output with the same display_id. */
type WriteDisplayData = (
  data: MimeBundle & { readonly transient: { readonly display_id: string } },
  update: boolean,
) => void;

/**
 * Opens an output of the running cell. Later updates change the output of that cell, also when another one runs.
 * @returns a function that shows a bundle in place of the previous one; undefined outside of a tslab kernel
 */
export function openCellOutput(): ((bundle: MimeBundle) => void) | undefined {
  const write = findWriter();
  if (!write) return undefined;
  const transient = { display_id: randomBytes(8).toString('hex') };
  let isSent = false;
  return (bundle) => {
    write({ ...bundle, transient }, isSent);
    isSent = true;
  };
}

/**
 * Finds tslab's writer of outputs among the loaded modules. tslab's public functions send one MIME type per call. It
 * is not imported: the kernel may run another installation of tslab, and the imported one would have no kernel.
 */
function findWriter(): WriteDisplayData | undefined {
  for (const [file, loaded] of Object.entries(createRequire(__filename).cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file)) continue;
    const { lastWriteDisplayData } = loaded?.exports as { lastWriteDisplayData?: WriteDisplayData | null };
    if (lastWriteDisplayData) return lastWriteDisplayData;
  }
  return undefined;
}
