import type { Clock } from '@nitka/core';
import { partsOf, type TextStore } from './storage/text-store.ts';
import { uuidV7 } from './uuid.ts';

export interface AcknowledgementParts {
  readonly store: TextStore;
  /** Start of the notes' keys in `store`. */
  readonly prefix: string;
  /** Removes what has arrived. */
  readonly remove: (keys: readonly string[]) => void;
  /** The text of every cookie that this page may read. */
  readonly readCookies: () => string;
  readonly clock: Clock;
}

export interface Acknowledgements {
  /**
   * Notes down what is about to leave under a new short name. The collector has one cookie for each last character of a
   * name: what is sent while leaving is kept from sharing one with the batch before, whose answer may be on its way.
   */
  note(keys: readonly string[], isLeaving?: boolean): string;
  /** The page has its answer itself; or, `unanswered`, only an acknowledgement can tell. */
  forget(name: string, isUnanswered?: boolean): void;
  /**
   * Removes what was acknowledged to a page that has gone. Resolves when no other page's request is so young that its
   * answer may still be on its way.
   */
  settle(): Promise<void>;
}

/** Milliseconds that the answer to a page which has gone is waited for. */
const patience = 2000;

/**
 * Answers for pages that have gone. A page that is left sends, and is gone before the answer: the next page cannot know
 * that the events have arrived and would send them again. So each batch has a name; the collector's answer sets a cookie
 * with it, which the browser keeps though the page is gone; and the note of what the batch held is in storage. Where
 * the cookie cannot be set or read, the events are sent again, and the collector removes duplicates.
 */
export const createAcknowledgements = ({
  store,
  prefix,
  remove,
  readCookies,
  clock,
}: AcknowledgementParts): Acknowledgements => {
  /** Names of this page's requests without an answer. */
  const own = new Set<string>();

  /** @returns true while a request of another page may have its answer on the way */
  const look = (): boolean => {
    // Asks another process: only where there is something to look for.
    let cookies: string | undefined;
    const awaited = store.keys(prefix).filter((name) => {
      if (own.has(name)) return false;
      const [at, ...keys] = partsOf(store, prefix + name);
      const hasArrived = name.length > 9 && (cookies ??= readCookies()).includes(name);
      if (!hasArrived && Math.abs(clock.now() - Number(at)) < patience) return true;
      if (hasArrived) remove(keys);
      store.remove(prefix + name);
      return false;
    });
    return awaited.length > 0;
  };

  return {
    note(keys, isLeaving) {
      const name = uuidV7().slice(-11) + (isLeaving ? 1 + (clock.now() % 9) : 0);
      own.add(name);
      store.set(prefix + name, [clock.now(), ...keys].join('|'));
      return name;
    },

    forget(name, isUnanswered) {
      own.delete(name);
      if (!isUnanswered) store.remove(prefix + name);
    },

    async settle() {
      for (let looks = 0; looks < 10 && look(); looks++) {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, patience / 10));
      }
    },
  };
};
