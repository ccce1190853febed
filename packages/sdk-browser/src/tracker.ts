import {
  withFields,
  type Clock,
  type ErrorCode,
  type EventContext,
  type EventType,
  type JsonObject,
} from '@nitka/core';
import type { QueuedCall, Tracker } from './api.ts';
import { createCalls } from './calls.ts';
import { createConsent } from './consent.ts';
import type { Features } from './features.ts';
import { createIdentity, type Identity } from './identity.ts';
import { createLifecycle, watchPage } from './lifecycle.ts';
import { createListeners } from './listeners.ts';
import { createSendLock } from './lock.ts';
import type { Settings } from './options.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { PluginHost } from './plugin.ts';
import { campaignOf, createSession } from './session.ts';
import { createCookieTier } from './storage/cookie.ts';
import { createDatabaseTier } from './storage/indexed-db.ts';
import { openLocalStorage } from './storage/local-storage.ts';
import { createHttp } from './transport/fetch.ts';
import { uuidV7 } from './uuid.ts';
import { version } from './version.ts';

const library = { name: '@nitka/browser', version };
/** Events that wait for consent, in memory. */
const maxPending = 1000;

export interface PageParts {
  readonly page: Window & typeof globalThis;
  /** As it was when the script loaded: the page may replace it later. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly features: Features;
  /** Calls made before the script had loaded. */
  readonly early?: readonly QueuedCall[] | undefined;
  readonly onClose?: () => void;
}

/** The tracker of one page. Without consent it touches no storage and no network. */
export const createPageTracker = (
  settings: Settings,
  { page, fetch, features, early = [], onClose }: PageParts,
): Tracker => {
  const { storagePrefix, writeKey, hashIdentifiers } = settings;
  const key = (name: string): string => `${storagePrefix}.${name}`;
  const clock: Clock = {
    now: () => Date.now(),
    setTimeout: (task, milliseconds) => page.setTimeout(task, milliseconds),
    clearTimeout: (timer) => page.clearTimeout(timer as number),
  };
  const { on, tell } = createListeners(settings.debug);
  const report = (code: ErrorCode, detail?: string): void => tell('error', code, detail);
  const guard =
    <Args extends unknown[], Result>(task: (...args: Args) => Result, code: ErrorCode = 'invalid_call') =>
    (...args: Args): Result => {
      try {
        return task(...args);
      } catch (error) {
        // The kind of fault only: a message may quote what the visitor typed.
        return report(code, (error as Error | undefined)?.name) as Result;
      }
    };
  const runAll = (tasks: readonly (() => void)[]): void => tasks.forEach((task) => guard(task)());

  const database = createDatabaseTier(storagePrefix);
  // Full or blocked: what waits survives the page in IndexedDB.
  const store = openLocalStorage(page, (name, value) => void database.put(name, value).catch(() => {}));
  const { doNotTrack, globalPrivacyControl } = page.navigator as Navigator & {
    globalPrivacyControl?: boolean;
  };
  const isRefused =
    (settings.respectGpc && globalPrivacyControl) || (settings.respectDnt && doNotTrack === '1');
  const consent = createConsent(store, key('c'), isRefused ? 'denied' : settings.consent);
  const cookie = createCookieTier(page, settings.cookie?.name ?? 'ntk', settings.cookie?.domain);
  const http = createHttp({ fetch, endpoint: settings.endpoint, clock });
  const readPage = features.createPageReader?.(page);
  const session = createSession(store, key('s'), settings.sessionTimeout, campaignOf(page.location.search));
  const lock = createSendLock(page, key('lock'));
  const lifecycle = createLifecycle(guard);
  const leaveTasks: (() => void)[] = [];
  const allowedTasks: (() => void)[] = [];
  const enrichers: Parameters<PluginHost['enrich']>[0][] = [];
  const pending: (() => void)[] = [];
  /** What exists only while consent holds. */
  let live: { readonly identity: Identity; readonly outbox: Outbox } | undefined;
  let device: EventContext | undefined;
  let userId: string | null = null;
  /** After an erasure nothing is kept, until consent is given again. */
  let isQuiet = false;
  /** Written and removed at once: the other tabs hear of it. */
  const erasure = key('x');
  let replayedAt: number | undefined;
  const now = (): number => replayedAt ?? clock.now();
  const isPrerendering = (): boolean | undefined =>
    (page.document as Document & { prerendering?: boolean }).prerendering;

  const server = async (method: string, fields?: JsonObject): Promise<unknown> => {
    const { body } = await http.send('/v1/visitor', JSON.stringify({ writeKey, ...fields }), method);
    return (body as { anonymousId?: unknown } | undefined)?.anonymousId;
  };

  const start = (): void => {
    // A prerendered page counts only if the visitor gets to see it.
    if (live || consent.status() !== 'granted' || isPrerendering()) return;
    const identity = createIdentity({
      cookie,
      store,
      key: key('id'),
      database,
      clock,
      tellServer: (anonymousId, replace) => server('POST', { anonymousId, replace }),
      offered: settings.plugins.map((plugin) => plugin.offerId?.(page)).find(Boolean),
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
      readLater: () => features.readLater?.(store, storagePrefix),
    });
    live = { identity, outbox };
    const restore = (kept: [string, unknown][]): void => {
      for (const [name, text] of kept) {
        if (name.startsWith(key('q')) && typeof text === 'string') store.restore(name, text);
      }
      if (live?.outbox === outbox) outbox.wake();
    };
    database.all().then(restore, () => {});
    if (userId) store.set(key('u'), userId);
    else userId = store.get(key('u'));
    runAll(pending.splice(0).concat(allowedTasks.splice(0)));
  };

  /** @param isTold by another tab, which does the rest */
  const erase = (isTold?: boolean): void => {
    isQuiet = true;
    const hadId = live ?? cookie.read()[0] ?? store.get(key('id'));
    live?.identity.close();
    live?.outbox.stop();
    live = undefined;
    pending.length = 0;
    userId = null;
    if (hadId && !isTold) store.set(erasure, '1');
    for (const name of store.keys(key(''))) if (name !== key('c')) store.remove(name);
    cookie.erase();
    if (!hadId) return;
    database.erase().catch(() => {});
    if (!isTold) server('DELETE').catch(() => {});
  };

  const obey = (isTold?: boolean): void => {
    if (consent.status() === 'denied') return erase(isTold);
    isQuiet = false;
    start();
  };

  /** Takes at once what the page says now; what is read from storage is added when consent allows it. */
  const make = (type: EventType, at: number, fields: object, context?: JsonObject): void => {
    if (isQuiet) return;
    const said = { page: readPage?.(), ...context };
    const json = JSON.stringify({
      type,
      messageId: uuidV7(),
      timestamp: new Date(at).toISOString(),
      userId: userId ?? undefined,
      ...fields,
    });
    const add = (): void =>
      live?.outbox.add(
        withFields(json, {
          context: {
            sessionId: session.touch(at),
            library,
            ...(device ??= features.readDevice?.(page)),
            ...Object.assign({}, ...enrichers.map((fields) => guard(fields)(store, storagePrefix))),
            ...said,
            consent: {
              status: consent.status(),
              version: settings.consentVersion,
              purposes: consent.purposes(),
            },
          },
        }),
      );
    if (live && consent.status() === 'granted') add();
    else if (pending.push(add) > maxPending) {
      pending.pop();
      tell('dropped', 'queue_full', 1);
    }
  };

  const calls = createCalls({
    now,
    hashIdentifiers,
    protectTraits: features.protectTraits,
    readPage,
    make,
    setUserId(id) {
      userId = id;
      if (live) store.set(key('u'), id);
    },
    report,
  });

  const whenAllowed = (task: () => void): void => void (live ? guard(task)() : allowedTasks.push(task));

  const tracker = {} as Tracker;
  const methods: Tracker = {
    ...calls,

    alias: (id, previousId, context) => calls.alias(id, previousId ?? userId ?? live?.identity.id(), context),

    reset({ newVisitor, erase: isErasing } = {}) {
      userId = null;
      store.remove(key('u'));
      session.end();
      if (isErasing) erase();
      else if (newVisitor && live) {
        live.outbox.seal();
        store.remove(key('t'));
        live.identity.renew();
      }
    },

    consent(status, purposes) {
      consent.set(status, purposes);
      obey();
    },

    flush: async () => live?.outbox.flush(),

    ready(callback) {
      const id = new Promise<string>((resolve) =>
        whenAllowed(() => resolve(live!.identity.settled.then(live!.identity.id))),
      );
      if (callback) void id.then(guard(callback));
      return id;
    },

    on,

    close() {
      live?.outbox.stop();
      runAll(undoPlugins);
      lifecycle.close();
      onClose?.();
    },
  };
  for (const name of Object.keys(methods) as (keyof Tracker)[]) {
    tracker[name] = guard(methods[name] as never) as never;
  }

  const host: PluginHost = {
    ...tracker,
    window: page,
    listen: lifecycle.listen,
    onLeave: (task) => void leaveTasks.push(task),
    whenAllowed,
    enrich: (fields) => void enrichers.push(fields),
    visitorId: () => live?.identity.id(),
    report,
  };

  watchPage(page, lifecycle, {
    leave() {
      runAll(leaveTasks);
      live?.outbox.leave();
    },
    freeze: lock.release,
    comeBack: () => void tracker.flush(),
  });
  lifecycle.listen(page, 'storage', (event) => {
    const { key: name, newValue } = event as StorageEvent;
    if (name === erasure && newValue) erase(true);
    if (name !== key('c')) return;
    consent.follow();
    obey(true);
  });
  lifecycle.listen(page.document, 'prerenderingchange', start);
  guard(obey)();
  const undoPlugins = settings.plugins.map((plugin) => guard(plugin, 'plugin_failed')(host) ?? (() => {}));
  for (const call of early) {
    guard(() => {
      replayedAt = call.when;
      const [method, ...args] = call;
      (tracker[method] as (...args: unknown[]) => void)(...args);
    })();
  }
  replayedAt = undefined;
  return tracker;
};
