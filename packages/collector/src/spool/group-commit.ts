export interface GroupCommit {
  /** Runs `write` in the next shared transaction; resolves with its result once that transaction is on disk. */
  submit<T>(write: () => T, bytes?: number): Promise<T>;
  /** Bytes that wait for a transaction, or are in one. */
  waitingBytes(): number;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Job {
  readonly write: () => unknown;
  readonly bytes: number;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many requests, one fsync: while a transaction is on its way to the disk, the next group gathers. Its size follows the
 * load by itself, so there is no delay to tune.
 *
 * @param commit Runs the task in one durable, all-or-nothing transaction.
 * @param failed Told when a transaction did not reach the disk, before the jobs are; gives the error they get.
 */
export const createGroupCommit = (
  commit: (task: () => void) => Promise<void>,
  failed: (error: unknown) => unknown,
): GroupCommit => {
  let waiting: Job[] = [];
  let bytes = 0;
  let running: Promise<void> | null = null;

  const runGroup = async (group: readonly Job[]): Promise<void> => {
    const results: unknown[] = [];
    try {
      await commit(() => {
        for (const job of group) results.push(job.write());
      });
      group.forEach((job, index) => job.resolve(results[index] as never));
    } catch (error) {
      const reason = await failed(error);
      for (const job of group) job.reject(reason);
    } finally {
      for (const job of group) bytes -= job.bytes;
    }
  };

  const run = async (): Promise<void> => {
    // The turn's other requests join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await runGroup(group);
    }
    running = null;
  };

  return {
    submit: (write, size = 0) =>
      new Promise((resolve, reject) => {
        waiting.push({ write, bytes: size, resolve, reject });
        bytes += size;
        running ??= run();
      }),
    waitingBytes: () => bytes,
    idle: async () => {
      while (running) await running;
    },
  };
};
