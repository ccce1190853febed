import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diskQueue } from '../disk/index.ts';

export interface TillStatus {
  readonly queue: string;
  readonly pending: number;
  readonly pendingBytes: number;
  /** When the oldest waiting event was stored, by the clock of then; null if none waits. */
  readonly oldest: string | null;
}

/** What waits in a queue's folder. Can be asked while another process works with it; makes no folder. */
export const readStatus = async (folder: string): Promise<TillStatus> => {
  if (!existsSync(join(folder, 'queue.mdb')))
    return { queue: folder, pending: 0, pendingBytes: 0, oldest: null };
  const { storage } = diskQueue({ folder });
  try {
    await storage.open?.();
    const { count, bytes } = storage.size();
    const [first] = await storage.read({ count: 1, bytes: 1 });
    return {
      queue: folder,
      pending: count,
      pendingBytes: bytes,
      oldest: first ? new Date(first.queuedAt).toISOString() : null,
    };
  } finally {
    await storage.close?.();
  }
};
