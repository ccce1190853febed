import { isVisitorId, type Clock, type Lock } from '@nitka/core';
import type { CookieTier } from './storage/cookie.ts';
import type { DatabaseTier } from './storage/indexed-db.ts';
import type { TextStore } from './storage/text-store.ts';
import type { TellServer } from './transport/visitor.ts';
import { uuidV7 } from './uuid.ts';

export interface IdentityParts {
  readonly cookie: Pick<CookieTier, 'readIds' | 'writeId'>;
  readonly store: TextStore;
  readonly database: Pick<DatabaseTier, 'keep'>;
  /** What IndexedDB held when the page was opened. */
  readonly loaded: Promise<Map<unknown, unknown>>;
  readonly tellServer: TellServer;
  /** An id from elsewhere, for a visitor who has none here. */
  readonly offered?: string | undefined;
  /** One tab at a time. */
  readonly lock: Lock;
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
  database,
  loaded,
  tellServer,
  offered,
  lock,
  clock,
}: IdentityParts): Identity => {
  let id = [store.get('id.new'), offered].find(isVisitorId) ?? uuidV7();
  /** A tier holds it, or every tier has said that it knows no other. */
  let isKnown = false;
  let isSettled = false;
  let isClosed = false;
  /** The id that the tiers hold. */
  let healed: string | undefined;
  let inDatabase: unknown;

  /** An older id is one that the visitor has put away. */
  const floor = (): string => store.get('id.min') ?? '';
  const insist = (): void => void tellServer(id, true).catch(() => {});
  const within = (milliseconds: number, answer: Promise<unknown>): Promise<unknown> =>
    Promise.race([
      answer.catch(() => {}),
      new Promise<void>((resolve) => clock.setTimeout(resolve, milliseconds)),
    ]);

  /** Without the server's answer the id stays provisional in the tiers, so that the next page asks again. */
  const heal = async (): Promise<void> => {
    if (!isKnown || !isSettled || isClosed || healed === id) return;
    healed = id;
    store.remove('id.new');
    store.set('id', id);
    // Finding the cookie's domain takes several round trips to another process: done when needed, and once a day.
    const today = `${id}|${(clock.now() / 864e5) | 0}`;
    if (store.get('id.day') !== today || cookie.readIds().join() !== id) {
      cookie.writeId(id);
      store.set('id.day', today);
    }
    if (inDatabase !== id) await within(patience.database, database.keep('id', (inDatabase = id)));
  };

  const adopt = (candidate: unknown): void => {
    if (isClosed || !isVisitorId(candidate)) return;
    if (candidate < floor()) {
      // Events of the former id, sent late, have brought it back into the server's cookie.
      if (isSettled) insist();
      return;
    }
    // A provisional id never competes: with a clock set back it would look older than the real one.
    if (!isKnown || candidate < id || id < floor()) id = candidate;
    isKnown = true;
    void heal();
  };
  const adoptLocal = (): void => [...cookie.readIds(), store.get('id')].forEach(adopt);

  const answered = (candidate: unknown): void => {
    adopt(candidate);
    isKnown = true;
    void heal();
  };

  const settle = async (): Promise<void> => {
    await within(
      patience.database,
      loaded.then((kept) => adopt((inDatabase = kept.get('id')))),
    );
    // Another tab may have settled meanwhile.
    adoptLocal();
    // An id from elsewhere is not told: it may be older than the one that the server knows, and must not win.
    if (!isKnown) await within(patience.server, tellServer(id === offered ? undefined : id).then(answered));
    isSettled = true;
    await heal();
  };

  adoptLocal();
  // Kept apart until settled: the next page must go on with it, yet still ask the server.
  if (!isKnown) store.set('id.new', id);
  return {
    id() {
      // Another tab may have found an older id, or have made a new one on purpose.
      adopt(store.get('id'));
      return id;
    },

    // Tabs that meet a new visitor together settle one after the other: the second finds the id of the first.
    settled: isKnown ? settle() : lock(settle),
    answered,

    renew() {
      isSettled = isKnown = true;
      id = uuidV7();
      store.set('id.min', id);
      void heal();
      insist();
    },

    close() {
      isClosed = true;
    },
  };
};
