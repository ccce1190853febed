import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { writeFileSync } from 'node:fs';
import { NitkaError } from '@nitka/core';
import { requireWhole, type TrackerQueue } from '../options.ts';
import { shareEnvironment } from './shared-environment.ts';
import { createGroupCommit } from './group-commit.ts';
import { createSender, type Sender } from './sender.ts';
import { restoreSpills, spill } from './spill.ts';
import { createDiskStorage, type DiskStorage } from './storage.ts';
import { storageError } from './storage-error.ts';

export interface DiskQueueOptions {
  /**
   * Folder of the queue; it is made if need be. On a disk of this machine: LMDB does not work over network file systems.
   * Several processes may share it: all add, one at a time sends.
   */
  readonly folder: string;
  /**
   * Bytes of JSON that may wait; further events are refused with `queue_full`. The file takes up to twice as much, and
   * keeps its largest size.
   * @default 1073741824 (1 GiB)
   */
  readonly maxBytes?: number;
}

interface Opened {
  readonly storage: DiskStorage;
  readonly sender: Sender;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: another user's process has the id.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

/**
 * Events wait on disk: a call whose `stored()` has resolved survives `kill -9`, a power cut and a full disk, and is sent
 * in order once the collector answers, by this process or a later one.
 *
 * @throws NitkaError `invalid_option`. A folder that cannot be opened shows in each call's `stored()` and `on('error')`.
 * @example
 * const tracker = createTracker({ writeKey, endpoint, queue: diskQueue({ folder: '/var/lib/till/nitka' }) });
 * await tracker.track(order).stored();
 */
export const diskQueue = (options: DiskQueueOptions): TrackerQueue => {
  // Plain JavaScript may give nothing at all.
  const { folder, maxBytes = 1024 ** 3 } = options ?? {};
  if (typeof folder !== 'string' || folder === '')
    throw new NitkaError('invalid_option', 'diskQueue needs a folder');
  requireWhole({ maxBytes });
  const path = resolve(folder);
  const owner = randomUUID();

  /** What went wrong without a call to blame: told by the next {@link EventStorage.open}. */
  let trouble: NitkaError | undefined;
  const say = (detail: string): void => void (trouble = new NitkaError('storage_failed', detail));

  /** Known once it is open. */
  let ready: DiskStorage | undefined;
  const open = async (): Promise<Opened> => {
    const environment = await shareEnvironment(path);
    const { rescued } = environment;
    if (rescued) {
      say(
        `the queue was damaged: ${rescued.events} events were saved; the damaged file is ${rescued.keptAs}`,
      );
    }
    const storage = createDiskStorage(environment, {
      maxBytes,
      onDamaged(key, value) {
        writeFileSync(`${path}/damaged-${key}.record`, value, { mode: 0o600 });
        say(`a record of the queue was damaged: it is kept as ${path}/damaged-${key}.record`);
      },
    });
    const sender = createSender({
      folder: path,
      owner,
      pid: process.pid,
      thread: threadId,
      host: hostname(),
      isAlive,
      monotonic: () => performance.now(),
      exclusively: environment.transaction,
      hasArrived: storage.hasArrived,
      settle: storage.settle,
    });
    try {
      await restoreSpills(path, storage.restore);
    } catch (error) {
      await sender.close();
      await storage.close();
      throw error;
    }
    ready = storage;
    return { storage, sender };
  };

  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> =>
    // What failed is tried again at the next call: the disk may have been made free.
    (opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw storageError(error);
    }));

  const groups = createGroupCommit(async (texts, queuedAt) => {
    try {
      await (await opened()).storage.insert(texts, queuedAt);
    } catch (error) {
      throw storageError(error);
    }
  });

  return {
    maxEvents: Number.MAX_SAFE_INTEGER,
    maxBytes,

    storage: {
      append: groups.add,
      read: async (limit, after) => (await opened()).storage.read(limit, after),
      remove: async (chunks) => (await opened()).storage.remove(chunks),
      async open() {
        await opened();
        const told = trouble;
        trouble = undefined;
        if (told) throw told;
      },
      settle: async () => ready?.settle(),
      holds: (key) => ready?.holds(key) ?? true,
      size() {
        const { count, bytes } = ready?.size() ?? { count: 0, bytes: 0 };
        const unsaved = groups.unsaved();
        return {
          count: count + unsaved.length,
          bytes: unsaved.reduce((sum, { json }) => sum + json.length, bytes),
        };
      },
      async close() {
        await groups.idle();
        if (!opening) return;
        const { storage, sender } = await opened();
        try {
          await sender.close();
        } finally {
          await storage.close();
        }
      },
    },

    lock: async (task) => (await opened()).sender.lock(task),

    saveNow: () => spill(path, `${process.pid}-${owner}`, groups.unsaved()),
  };
};
