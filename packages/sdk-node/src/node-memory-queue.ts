import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw } from 'node:zlib';
import { createMemoryQueue } from './memory-queue.ts';

const deflated = promisify<Uint8Array, object, Buffer<ArrayBuffer>>(deflateRaw);
const inflated = promisify<Uint8Array, Buffer<ArrayBuffer>>(inflateRaw);

/** Events wait in memory: gone with the process. Where that will not do, use `diskQueue` of `@nitka/node/disk`. */
export const memoryQueue = createMemoryQueue({
  // A tenth of the size for a few milliseconds of another thread.
  pack: (bytes) => deflated(bytes, { level: constants.Z_BEST_SPEED }),
  unpack: inflated,
});
