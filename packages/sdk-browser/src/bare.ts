import type { Clock, ErrorCode } from '@nitka/core';
import type { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import { createOutbox } from './outbox.ts';
import { createSession } from './session.ts';
import { createTextStore } from './storage/text-store.ts';
import { createHttp } from './transport/fetch.ts';
import { uuidV7 } from './uuid.ts';
import type { Visit } from './visit.ts';

export interface BareVisitParts {
  readonly settings: Settings;
  readonly page: Window & typeof globalThis;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly clock: Clock;
  readonly tell: Listeners['tell'];
  readonly report: (code: ErrorCode, detail?: string) => void;
}

const nothing = (): void => {};

/**
 * A visit of which nothing outlives the page, for visitors who agree to be counted and to nothing that is stored:
 * everything is in memory, requests carry no cookie and take none, and the id is one of this page alone.
 */
export const createBareVisit = ({ settings, page, fetch, clock, tell, report }: BareVisitParts): Visit => {
  const store = createTextStore();
  const id = uuidV7();
  const identity = {
    id: () => id,
    settled: Promise.resolve(),
    answered: nothing,
    renew: nothing,
    close: nothing,
  };
  const { endpoint, compress } = settings;
  const session = createSession({ store, mirror: nothing, timeout: settings.sessionTimeout, campaign: '' });
  const outbox = createOutbox({
    settings,
    store,
    identity,
    session,
    http: createHttp({ fetch, endpoint, clock, compress, credentials: 'omit' }),
    page,
    lock: (task) => task(),
    clock,
    tell,
    report,
    isBare: true,
  });
  return { identity, session, outbox, isBare: true };
};
