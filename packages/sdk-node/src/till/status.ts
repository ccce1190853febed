import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { diskQueue } from '../disk/index.ts';

export interface TillStatus {
  /** Its folder. */
  readonly queue: string;
  /** False where nothing was ever stored, or the folder is another one. */
  readonly exists: boolean;
  readonly pending: number;
  readonly pendingBytes: number;
  /** When the oldest waiting event was stored, by the clock of then; null if none waits. */
  readonly oldest: string | null;
}

/** The queue's file, what a rescue was about to put into its place, or what a program left when it ended. */
const isQueue = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => /^(?:queue\.mdb(?:\.copied)?$|exit-)/.test(name));

/** What waits in a queue's folder. Can be asked while another process works with it; makes no folder. */
export const readStatus = async (folder: string): Promise<TillStatus> => {
  const queue = resolve(folder);
  if (!isQueue(queue)) return { queue, exists: false, pending: 0, pendingBytes: 0, oldest: null };
  const { storage } = diskQueue({ folder: queue });
  try {
    await storage.open?.();
    const { count, bytes } = storage.size();
    const [first] = await storage.read({ count: 1, bytes: 1 });
    return {
      queue,
      exists: true,
      pending: count,
      pendingBytes: bytes,
      oldest: first ? new Date(first.queuedAt).toISOString() : null,
    };
  } finally {
    await storage.close?.();
  }
};

export const statusText = ({ queue, exists, pending, pendingBytes, oldest }: TillStatus): string => {
  if (!exists) return `there is no queue in ${queue}: nothing waits`;
  if (pending === 0) return 'nothing waits';
  return `${pending} events wait (${pendingBytes} bytes), the oldest since ${oldest}`;
};
