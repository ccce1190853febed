interface Task {
  readonly write: () => void;
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes that share one transaction, and so one flush to the disk. */
export interface GroupCommit {
  /** Resolves once the write is on disk. */
  add(write: () => void): Promise<void>;
  /** Resolves when nothing waits or is being written. */
  idle(): Promise<void>;
}

/** Writes in one transaction at most: a bound of the time that a call waits, and of memory. */
const largest = 5000;

/** While one transaction is flushed the next one gathers: the slower the disk, the larger the groups. */
export const createGroupCommit = (transaction: (task: () => void) => Promise<void>): GroupCommit => {
  let waiting: Task[] = [];
  let running: Promise<void> | undefined;

  const commit = async (group: readonly Task[]): Promise<void> => {
    try {
      await transaction(() => {
        for (const task of group) task.write();
      });
      for (const task of group) task.resolve();
    } catch (error) {
      for (const task of group) task.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    // All calls of this turn join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      await commit(group);
    }
    running = undefined;
  };

  return {
    add: (write) =>
      new Promise((resolve, reject) => {
        waiting.push({ write, resolve, reject });
        running ??= run();
      }),
    async idle() {
      while (running) await running;
    },
  };
};
