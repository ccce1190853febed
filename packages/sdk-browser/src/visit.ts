import type { Clock, ErrorCode, EventContext, Lock } from '@nitka/core';
import { createAcknowledgements } from './features.ts';
import { createIdentity, type Identity } from './identity.ts';
import type { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { campaignOf, createSession, type Session } from './session.ts';
import { cookieText, type CookieTier } from './storage/cookie.ts';
import type { DatabaseTier } from './storage/indexed-db.ts';
import type { TextStore } from './storage/text-store.ts';
import type { Http } from './transport/fetch.ts';
import type { TellServer } from './transport/visitor.ts';

export interface VisitParts {
  readonly settings: Settings;
  readonly page: Window & typeof globalThis;
  readonly http: Http;
  readonly cookie: CookieTier;
  readonly store: TextStore;
  readonly database: DatabaseTier;
  readonly tellServer: TellServer;
  /** An id from elsewhere, for a visitor who has none here. */
  readonly offered: string | undefined;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly tell: Listeners['tell'];
  readonly report: (code: ErrorCode, detail?: string) => void;
  readonly readLater: (() => EventContext | undefined) | undefined;
}

/** What exists only while consent lets events be sent. */
export interface Visit {
  readonly identity: Pick<Identity, 'id' | 'settled' | 'renew' | 'close'>;
  readonly session: Session;
  readonly outbox: Outbox;
  /** Nothing of it outlives the page. */
  readonly isBare?: boolean;
}

export const createVisit = ({
  settings,
  page,
  http,
  cookie,
  store,
  database,
  tellServer,
  offered,
  lock,
  clock,
  tell,
  report,
  readLater,
}: VisitParts): Visit => {
  const loaded = database.load();
  const identity = createIdentity({ cookie, store, database, loaded, tellServer, offered, lock, clock });
  const session = createSession({
    store,
    mirror: cookie.mirror,
    timeout: settings.sessionTimeout,
    campaign: campaignOf(page.location.search),
  });
  const outbox = createOutbox({
    settings,
    store,
    identity,
    session,
    http,
    page,
    lock,
    clock,
    tell,
    report,
    openAcknowledgements: createAcknowledgements
      ? (remove) =>
          createAcknowledgements!({
            store,
            prefix: `a.${settings.writeKey}/`,
            remove,
            readCookies: () => cookieText(page.document),
            clock,
          })
      : undefined,
    readLater,
    isBare: false,
  });
  loaded.then(
    (kept) => {
      for (const [key, text] of kept) {
        if ((key as string).startsWith('q.') && typeof text === 'string') store.restore(key as string, text);
      }
      outbox.wake();
    },
    () => {},
  );
  return { identity, session, outbox };
};
