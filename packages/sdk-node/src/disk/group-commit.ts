import type { UnsavedEvent } from './spill.ts';

/** Events that are stored in one transaction, and so with one flush to the disk. */
interface Group {
  readonly texts: string[];
  /** Characters of them. */
  size: number;
  /** When the first was queued. */
  readonly queuedAt: number;
  readonly stored: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export interface GroupCommit {
  /** Resolves once the event is on disk. All events of a group have the same promise. */
  add(json: string, queuedAt: number): Promise<void>;
  /** What is not on disk yet, oldest first. */
  unsaved(): UnsavedEvent[];
  /** Resolves when nothing waits or is being written. */
  idle(): Promise<void>;
}

/** Events and characters in one transaction at most: a bound of the time that a call waits, and of memory. */
const largest = { events: 5000, characters: 8 * 1024 * 1024 };

const createGroup = (queuedAt: number): Group => {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const stored = new Promise<void>((...settle) => ([resolve, reject] = settle));
  // Whoever called has the promise; a group that nobody asks about must not end the process.
  stored.catch(() => {});
  return { texts: [], size: 0, queuedAt, stored, resolve, reject };
};

/** While one transaction is flushed the next one gathers: the slower the disk, the larger the groups. */
export const createGroupCommit = (
  write: (texts: readonly string[], queuedAt: number) => Promise<void>,
): GroupCommit => {
  /** The first may be under way; the last still gathers, unless it is the one that is under way. */
  let groups: Group[] = [];
  let gathering: Group | undefined;
  let running: Promise<void> | undefined;

  const commit = async (group: Group): Promise<void> => {
    if (group === gathering) gathering = undefined;
    try {
      await write(group.texts, group.queuedAt);
      groups = groups.slice(1);
      group.resolve();
    } catch (error) {
      groups = groups.slice(1);
      group.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    // All calls of this turn join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (groups[0]) await commit(groups[0]);
    running = undefined;
  };

  return {
    add(json, queuedAt) {
      const isFull =
        gathering && (gathering.texts.length >= largest.events || gathering.size >= largest.characters);
      if (!gathering || isFull) {
        gathering = createGroup(queuedAt);
        groups.push(gathering);
      }
      gathering.texts.push(json);
      gathering.size += json.length;
      running ??= run();
      return gathering.stored;
    },

    unsaved: () => groups.flatMap(({ texts, queuedAt }) => texts.map((json) => ({ json, queuedAt }))),

    async idle() {
      while (running) await running;
    },
  };
};
