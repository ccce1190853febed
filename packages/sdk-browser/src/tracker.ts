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
  { page, fetch, features, early, onClose }: PageParts,
): Tracker => {
  const { storagePrefix, writeKey } = settings;
  const key = (name: string): string => `${storagePrefix}.${name}`;
  const clock: Clock = {
    now: () => Date.now(),
    setTimeout: (task, milliseconds) => page.setTimeout(task, milliseconds),
    clearTimeout: (timer) => page.clearTimeout(timer as number),
  };
  const { on, tell } = createListeners(settings.debug);
  const report = (code: ErrorCode, detail?: string): void => tell('error', code, detail);
  // The kind of fault only: a message may quote what the visitor typed.
  const failed = (error: unknown): void => report('invalid_call', (error as Error | undefined)?.name);
  const guard =
    <Args extends unknown[], Result>(task: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return task(...args);
      } catch (error) {
        failed(error);
        return undefined as Result;
      }
    };

  const store = openLocalStorage(page);
  const consent = createConsent(store, key('c'), settings.consent);
  const cookie = createCookieTier(page, settings.cookie.name, settings.cookie.domain);
  const database = createDatabaseTier(storagePrefix);
  const http = createHttp({ fetch, endpoint: settings.endpoint, clock });
  const readPage = features.createPageReader?.(page);
  const session = createSession(store, key('s'), settings.sessionTimeout, campaignOf(page.location.search));
  const tab = uuidV7().slice(-9);
  const lock = createSendLock(page, store, key('lock'), tab);
  const lifecycle = createLifecycle(failed);
  const leaveTasks: (() => void)[] = [];
  const allowedTasks: (() => void)[] = [];
  const enrichers: Parameters<PluginHost['enrich']>[0][] = [];
  const pending: (() => void)[] = [];
  /** What exists only while consent holds. */
  let live: { readonly identity: Identity; readonly outbox: Outbox } | undefined;
  let device: EventContext | undefined;
  let userId: string | null = null;
  let replayedAt: number | undefined;
  const now = (): number => replayedAt ?? clock.now();

  const server = async (method: string, fields?: JsonObject): Promise<unknown> => {
    const { body } = await http.send('/v1/visitor', JSON.stringify({ writeKey, ...fields }), method);
    return (body as { anonymousId?: unknown } | undefined)?.anonymousId;
  };

  const start = (): void => {
    if (live) return;
    const identity = createIdentity({
      cookie,
      store,
      key: key('id'),
      database,
      clock,
      tellServer: (anonymousId, replace) => server('POST', { anonymousId, replace }),
    });
    const outbox = createOutbox({
      settings,
      store,
      identity,
      http,
      page,
      lock,
      clock,
      tab,
      tell,
      readLater: () => features.readLater?.(store, storagePrefix),
    });
    live = { identity, outbox };
    if (userId) store.set(key('u'), userId);
    else userId = store.get(key('u'));
    for (const task of pending.splice(0).concat(allowedTasks.splice(0))) guard(task)();
  };

  const erase = (): void => {
    const hadId = live ?? cookie.read()[0] ?? store.get(key('id'));
    live?.identity.close();
    live?.outbox.stop(true);
    live = undefined;
    pending.length = 0;
    userId = null;
    for (const name of store.keys(key(''))) if (name !== key('c')) store.remove(name);
    cookie.erase();
    if (!hadId) return;
    database.erase().catch(() => {});
    server('DELETE').catch(() => {});
  };

  /** Takes at once what the page says now; what is read from storage is added when consent allows it. */
  const make = (type: EventType, at: number, fields: object, context?: JsonObject): void => {
    if (consent.status() === 'denied') return;
    const said = { page: readPage?.(), ...context };
    const json = JSON.stringify({
      type,
      messageId: uuidV7(),
      timestamp: new Date(at).toISOString(),
      userId: userId ?? undefined,
      ...fields,
    });
    const add = (): void => {
      if (!live) return;
      const full: EventContext = {
        library,
        ...(device ??= features.readDevice?.(page)),
        ...Object.assign({}, ...enrichers.map((fields) => guard(fields)(store, storagePrefix))),
        ...said,
        sessionId: session.touch(at),
        consent: { status: consent.status(), version: settings.consentVersion },
      };
      live.outbox.add(withFields(json, { context: full }));
    };
    if (consent.status() === 'granted') add();
    else if (pending.length < maxPending) pending.push(add);
    else tell('dropped', 'queue_full', 1);
  };

  const calls = createCalls({
    now,
    hashIdentifiers: settings.hashIdentifiers,
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

  const leave = (): void => {
    leaveTasks.forEach((task) => guard(task)());
    live?.outbox.leave();
  };

  const tracker: Tracker = {
    track: guard(calls.track),
    page: guard(calls.page),
    identify: guard(calls.identify),
    link: guard(calls.link),
    group: guard(calls.group),
    alias: guard((id, previousId, context) =>
      calls.alias(id, previousId ?? userId ?? live?.identity.id(), context),
    ),

    reset: guard((options = {}) => {
      userId = null;
      store.remove(key('u'));
      session.end();
      if (options.erase) return erase();
      if (!options.newVisitor || !live) return;
      live.outbox.seal();
      store.remove(key('t'));
      live.identity.renew();
    }),

    consent: guard((status) => {
      consent.set(status);
      if (status === 'granted') start();
      else if (status === 'denied') erase();
    }),

    flush: async () => live?.outbox.flush(),

    ready(callback) {
      const id = new Promise<string>((resolve) =>
        whenAllowed(() => resolve(live!.identity.settled.then(live!.identity.id))),
      );
      if (callback) void id.then(guard(callback));
      return id;
    },

    on,

    close: guard(() => {
      live?.outbox.stop(false);
      undoPlugins.forEach((undo) => undo && guard(undo)());
      lifecycle.close();
      onClose?.();
    }),
  };

  const host: PluginHost = {
    window: page,
    track: tracker.track,
    page: tracker.page,
    link: tracker.link,
    listen: lifecycle.listen,
    onLeave: (task) => void leaveTasks.push(task),
    whenAllowed,
    enrich: (fields) => void enrichers.push(fields),
    report,
  };

  watchPage(page, lifecycle, {
    leave,
    freeze: lock.release,
    comeBack: () => void tracker.flush(),
  });
  if (consent.status() === 'granted') start();
  if (consent.status() === 'denied') guard(erase)();
  const undoPlugins = settings.plugins.map((plugin) => {
    try {
      return plugin(host);
    } catch (error) {
      report('plugin_failed', (error as Error | undefined)?.name);
      return undefined;
    }
  });
  for (const call of early ?? []) {
    guard(() => {
      replayedAt = call.when;
      const [method, ...args] = call;
      (tracker[method] as (...args: unknown[]) => void)(...args);
    })();
  }
  replayedAt = undefined;
  return tracker;
};
