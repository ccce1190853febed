import { isVisitorId, oldestVisitorId, type Clock } from '@nitka/core';
import type { CookieTier } from './storage/cookie.ts';
import type { DatabaseTier } from './storage/indexed-db.ts';
import type { TextStore } from './storage/text-store.ts';
import { uuidV7 } from './uuid.ts';

export interface IdentityParts {
  readonly cookie: CookieTier;
  readonly store: TextStore;
  /** Key of the id in `store`. */
  readonly key: string;
  readonly database: DatabaseTier;
  /** The server tier: tells it an id, if there is one, and resolves to the id it goes by. `replace`: also if that is younger. */
  readonly tellServer: (id: string | undefined, replace?: boolean) => Promise<unknown>;
  /** An id from elsewhere, for a visitor who has none here. */
  readonly offered?: string | undefined;
  readonly clock: Clock;
}

export interface Identity {
  /** The visitor id; provisional until `settled`. */
  id(): string;
  /** Resolves when every tier has answered or had its time. Never rejects. */
  readonly settled: Promise<void>;
  /** The server has answered, perhaps with an id that it knows the visitor by: taken if it is older. */
  answered(candidate: unknown): void;
  /** Makes a new id in every tier. */
  renew(): void;
  /** Writes to no tier any more. */
  close(): void;
}

/** Milliseconds that delivery waits for a tier at most. A later answer is still taken. */
const patience = { database: 1000, server: 2000 };

/**
 * The visitor id in four tiers. The oldest wins; a tier that lacks it or holds a younger one is rewritten.
 * A new id is provisional until IndexedDB and the server have said that they know no other.
 */
export const createIdentity = ({
  cookie,
  store,
  key,
  database,
  tellServer,
  offered,
  clock,
}: IdentityParts): Identity => {
  // Kept apart until settled: the next page must go on with it, yet still ask the server.
  const provisional = `${key}.new`;
  const renewed = `${key}.day`;
  // An older id is one that the visitor has put away.
  const floor = (): string => store.get(`${key}.min`) ?? '';
  const locals = (): unknown[] => [...cookie.read(), store.get(key)];
  const known = oldestVisitorId(locals());
  const own = known ?? oldestVisitorId([store.get(provisional)]);
  let id = own ?? oldestVisitorId([offered]) ?? uuidV7();
  let inDatabase: unknown;
  /** A tier holds it, or every tier has said that it knows no other. */
  let isKnown = !!known;
  let isSettled = false;
  let isHealed = false;
  let isClosed = false;
  if (!known) store.set(provisional, id);

  const insist = (): void => void tellServer(id, true).catch(() => {});

  /** Without the server's answer the id stays provisional in the tiers, so that the next page asks again. */
  const heal = (): void => {
    if (!isKnown || !isSettled || isHealed || isClosed) return;
    isHealed = true;
    store.remove(provisional);
    store.set(key, id);
    // Finding the cookie's domain takes several round trips to another process: done when needed, and once a day.
    const today = `${id}|${Math.floor(clock.now() / 864e5)}`;
    if (store.get(renewed) !== today || cookie.read().join() !== id) {
      cookie.write(id);
      store.set(renewed, today);
    }
    if (inDatabase !== id) database.write((inDatabase = id)).catch(() => {});
  };

  const adopt = (candidate: unknown): void => {
    if (isClosed || !isVisitorId(candidate) || candidate === id) return;
    if (candidate < floor()) {
      // Events of the former id, sent late, have brought it back into the server's cookie.
      if (isSettled) insist();
      return;
    }
    // A provisional id never competes: with a clock set back it would look older than the real one.
    if (!isKnown || candidate < id) {
      id = candidate;
      isHealed = false;
    }
    isKnown = true;
    heal();
  };

  const answered = (candidate: unknown): void => {
    adopt(candidate);
    isKnown = true;
    heal();
  };

  const within = (milliseconds: number, answer: Promise<void>): Promise<void> =>
    Promise.race([
      answer.catch(() => {}),
      new Promise<void>((resolve) => clock.setTimeout(resolve, milliseconds)),
    ]);

  const settle = async (): Promise<void> => {
    await within(
      patience.database,
      database.read().then((found) => adopt((inDatabase = found))),
    );
    // An id from elsewhere is not told: it may be older than the one that the server knows, and must not win.
    if (!isKnown) await within(patience.server, tellServer(own || !offered ? id : undefined).then(answered));
    // Another tab may have settled meanwhile.
    locals().forEach(adopt);
    isSettled = true;
    heal();
  };

  return {
    id() {
      const stored = store.get(key);
      // Another tab may have found an older id, or have made a new one on purpose.
      if (isVisitorId(stored) && id < floor()) id = stored;
      else adopt(stored);
      return id;
    },
    settled: settle(),
    answered,

    renew() {
      isSettled = isKnown = true;
      isHealed = false;
      id = uuidV7();
      store.set(`${key}.min`, id);
      heal();
      insist();
    },

    close() {
      isClosed = true;
    },
  };
};
