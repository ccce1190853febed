import { toJson, withFields } from '@nitka/core';
import type { ErrorCode, EventContext, EventType, JsonObject } from '@nitka/core';
import { attempt } from './attempt.ts';
import { createCalls } from './calls.ts';
import { pageClock as clock } from './clock.ts';
import { createConsent, isRefused, isStatus } from './consent.ts';
import {
  createBareVisit,
  createPageReader,
  createPlugins,
  readCompress,
  readDevice,
  readLater,
} from './features.ts';
import { createLifecycle, watchPage } from './lifecycle.ts';
import { createListeners } from './listeners.ts';
import { createTabLock } from './lock.ts';
import type { Settings } from './options.ts';
import type { PageParts, PageTracker } from './page-tracker.ts';
import { createCookieTier } from './storage/cookie.ts';
import { createDatabaseTier } from './storage/indexed-db.ts';
import { createTextStore } from './storage/text-store.ts';
import { createHttp } from './transport/fetch.ts';
import { createServerTier } from './transport/visitor.ts';
import { uuidV7 } from './uuid.ts';
import { version } from './version.ts';
import { createVisit, type Visit } from './visit.ts';

const library = { name: '@nitka/browser', version };

/** Events that wait for consent, in memory. */
const maxPending = 1000;

/** The tracker of one page. Without consent it touches no storage and no network. */
export const createPageTracker = (settings: Settings, { page, fetch, onClose }: PageParts): PageTracker => {
  const { storagePrefix, writeKey, endpoint } = settings;
  const { on, tell } = createListeners(settings.debug);
  const report = (code: ErrorCode, detail?: string): void => tell('error', code, detail);
  const guard =
    <Args extends unknown[], Result>(task: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return task(...args);
      } catch (error) {
        // The kind of fault only: a message may quote what the visitor typed.
        return report('invalid_call', (error as Error | undefined)?.name) as Result;
      }
    };

  const database = createDatabaseTier(storagePrefix);
  const store = createTextStore(
    () => page.localStorage,
    `${storagePrefix}.`,
    // Full or blocked: what waits survives the page in IndexedDB.
    (name, value) => void database.keep(name, value).catch(() => {}),
  );
  const consent = createConsent(store, isRefused(page, settings) ? 'denied' : settings.consent);
  const cookie = createCookieTier(page, settings.cookie?.name ?? 'ntk', settings.cookie?.domain);
  const http = createHttp({
    fetch,
    endpoint,
    clock,
    compress: readCompress ? readCompress(settings) : undefined,
    credentials: 'include',
  });
  const tellServer = createServerTier(http, writeKey);
  const lock = createTabLock(page, clock, `${storagePrefix}.lock`);
  const readPage = createPageReader ? createPageReader(page) : undefined;
  const { listen, close } = createLifecycle(guard);
  /** What waits for consent. */
  const pending: (() => void)[] = [];
  /** What waits for a visitor id. */
  const asking: (() => void)[] = [];
  /** What exists only while consent holds. */
  let live: Visit | undefined;
  let device: EventContext | undefined;
  let userId: string | null = null;
  /** After an erasure nothing is kept, until consent is given again. */
  let isQuiet = false;
  let replayedAt: number | undefined;
  const now = (): number => replayedAt ?? clock.now();

  const isBare = (): boolean => !!createBareVisit && !!live?.isBare;

  const start = (): void => {
    // A prerendered page counts only if the visitor gets to see it.
    if ((page.document as Document & { prerendering?: boolean }).prerendering) return;
    const status = consent.status();
    if (createBareVisit && status === 'cookieless') {
      live ??= createBareVisit({ settings, page, fetch, clock, tell, report });
    } else if (status === 'granted' && (!live || isBare())) {
      // What was counted without an id goes its own way.
      if (isBare()) live!.outbox.leave();
      live = createVisit({
        settings,
        page,
        http,
        cookie,
        store,
        database,
        tellServer,
        offered: createPlugins ? plugins?.offerId() : undefined,
        lock: lock.run,
        clock,
        tell,
        report,
        readLater: readLater ? () => attempt(() => readLater!(store)) : undefined,
      });
      if (userId) store.set('u', userId);
      else userId = store.get('u');
      asking.splice(0).forEach((task) => task());
    }
    if (!live) return;
    pending.splice(0).forEach((task) => guard(task)());
    plugins?.allow();
  };

  /** @param isTold by another tab, which does the rest */
  const erase = (isTold?: boolean): void => {
    const hadId = live ? !isBare() : (cookie.readIds()[0] ?? store.get('id'));
    live?.identity.close();
    live?.outbox.stop();
    live = undefined;
    // Written and removed at once: the other tabs hear of it.
    if (hadId && !isTold) store.set('x', '1');
    for (const name of store.keys('')) if (name !== 'c') store.remove(name);
    cookie.wipe();
    if (!hadId) return;
    database.wipe().catch(() => {});
    if (!isTold) tellServer(undefined, undefined, 'DELETE').catch(() => {});
  };

  const silence = (isTold?: boolean): void => {
    isQuiet = true;
    pending.length = 0;
    userId = null;
    erase(isTold);
  };

  const obey = (isTold?: boolean): void => {
    const status = consent.status();
    if (status === 'denied') return silence(isTold);
    isQuiet = false;
    if (createBareVisit && status === 'cookieless' && !isBare()) erase(isTold);
    start();
  };

  /** What is added to the context of each event of a visitor. */
  const known = (): EventContext => ({
    ...(readDevice ? (device ??= attempt(() => readDevice!(page))) : {}),
    ...(createPlugins ? plugins?.context(store) : {}),
  });

  /** Takes at once what the page says now; what is read from storage is added when consent allows it. */
  const make = (type: EventType, fields: object, context?: JsonObject, at = now()): void => {
    if (isQuiet) return;
    const by = userId;
    const said = { ...(createPageReader ? { page: readPage?.() } : {}), ...context };
    const json = toJson({
      type,
      messageId: uuidV7(),
      timestamp: new Date(at).toISOString(),
      ...fields,
    });
    const add = (): void => {
      const { session, outbox } = live!;
      // Without an id of the visitor, nothing that names a person.
      if (isBare() && type !== 'track' && type !== 'page') return;
      const text = withFields(json, {
        context: {
          sessionId: session.touch(at),
          library,
          ...(!isBare() && known()),
          ...said,
          consent: {
            status: consent.status(),
            version: settings.consentVersion,
            purposes: consent.purposes(),
          },
        },
        userId: isBare() || 'userId' in fields ? undefined : (by ?? undefined),
      });
      if (createPlugins) plugins?.kept(type, text);
      outbox.add(text);
    };
    if (live && consent.status() !== 'pending') add();
    else if (pending.push(add) > maxPending) {
      pending.pop();
      tell('dropped', 'queue_full', 1);
    }
  };

  const calls = createCalls({
    now,
    settings,
    readPage,
    make,
    setUserId(id) {
      userId = id;
      if (live && !isBare()) store.set('u', id);
    },
    report,
  });

  const tracker: PageTracker = {
    ...calls,

    alias: (id, previousId, context) => calls.alias(id, previousId ?? userId ?? live?.identity.id(), context),

    reset({ newVisitor, erase: isErasing } = {}) {
      userId = null;
      store.remove('u');
      live?.session.end();
      if (isErasing) silence();
      else if (newVisitor && live) {
        live.outbox.seal();
        store.remove('t');
        live.identity.renew();
      }
    },

    consent(status, purposes) {
      if (!isStatus(status)) return report('invalid_call', 'consent');
      consent.set(status, purposes);
      obey();
    },

    flush: async () => live?.outbox.flush(),

    ready(callback) {
      const id = new Promise<string>((resolve) => {
        const settle = (): void => resolve(live!.identity.settled.then(live!.identity.id));
        if (live && !isBare()) settle();
        else asking.push(settle);
      });
      if (callback) void id.then(guard(callback));
      return id;
    },

    on,

    close() {
      live?.outbox.stop();
      plugins?.close();
      close();
      onClose();
    },

    push(...calls) {
      for (const call of calls) {
        guard(() => {
          replayedAt = call.when;
          const [method, ...args] = call;
          (tracker[method] as (...args: unknown[]) => void)(...args);
        })();
      }
      replayedAt = undefined;
    },
  };
  // No call throws into the page.
  for (const name in tracker) tracker[name as 'track'] = guard(tracker[name as 'track']);
  const plugins = createPlugins
    ? createPlugins({
        page,
        tracker,
        settings,
        visitorId: () => (isBare() ? undefined : live?.identity.id()),
        listen,
        report,
        guard,
      })
    : undefined;

  watchPage(page, listen, {
    leave() {
      plugins?.leave();
      live?.outbox.leave();
    },
    freeze: () => lock.away(true),
    comeBack() {
      lock.away(false);
      void tracker.flush();
    },
  });
  listen(page, 'storage', (event) => {
    const { key, newValue } = event as StorageEvent;
    if (key === `${storagePrefix}.x` && newValue) silence(true);
    if (key !== `${storagePrefix}.c`) return;
    consent.follow();
    obey(true);
  });
  listen(page.document, 'prerenderingchange', start);
  guard(obey)();
  plugins?.start();
  return tracker;
};
