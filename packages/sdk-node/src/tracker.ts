import { NitkaError, type DropCounts, type EventType } from '@nitka/core';
import type { AnyCall, BoundCalls, Call, Calls, CommonFields, EventMap } from './calls.ts';
import { createPlainEnd, eventText, type EventText } from './event-text.ts';
import { createListeners, type TrackerListeners } from './listeners.ts';
import { createMessageIds } from './message-id.ts';
import { readOptions, type TrackerOptions } from './options.ts';
import { bindRequest } from './bind-request.ts';
import type { AnyRequest } from './middleware/request.ts';
import { createOutbox } from './outbox.ts';
import type { Platform } from './platform.ts';
import { fetchPost } from './post.ts';
import { createSkew } from './skew.ts';
import { storageFailure } from './storage-failure.ts';
import { createTransport } from './transport.ts';
import { version } from './version.ts';
import { within } from './within.ts';

export interface FlushResult {
  /** Events that still wait, as far as known: 0 when all have arrived. */
  readonly pending: number;
}

export interface Tracker<Events extends EventMap<Events> = Record<string, object>> extends Calls<Events> {
  /**
   * The calls of the visitor behind a request of Express, Fastify, Node or the Web: visitor and session id, page, IP and
   * user agent are filled in. Without the visitor's consent no call is accepted.
   *
   * @param common further fields of all calls, such as the `userId` of who is logged in
   */
  forRequest(request: AnyRequest | Request, common?: CommonFields): BoundCalls<Events>;
  /**
   * Sends what waits. Resolves once nothing waits, an attempt has failed, or `timeout` milliseconds have passed: look
   * at `pending`. Never rejects.
   */
  flush(options?: { readonly timeout?: number }): Promise<FlushResult>;
  /** Flushes, for `closeTimeout` at most, and stops. Later calls are not accepted. Never rejects. */
  close(options?: { readonly timeout?: number }): Promise<FlushResult>;
  /** Resolves with true once there is room; with false after `timeout` milliseconds or when the tracker closes. */
  drained(options?: { readonly timeout?: number }): Promise<boolean>;
  /** @returns stops listening */
  on<Kind extends keyof TrackerListeners>(kind: Kind, listener: TrackerListeners[Kind]): () => void;
  /** Events and bytes that wait, and what was dropped since the start, by code. */
  stats(): { readonly pending: number; readonly pendingBytes: number; readonly dropped: DropCounts };
}

/** Milliseconds that the storage has to close: a disk that does not answer must not keep the program for ever. */
const closePatience = 15_000;

/** @throws NitkaError `invalid_option` */
export const createTrackerOn = <Events extends EventMap<Events>>(
  platform: Platform,
  given: TrackerOptions,
): Tracker<Events> => {
  const options = readOptions(given);
  const { eventBytes } = options;
  const { clock, byteLength } = platform;
  const held = options.queue ?? platform.memoryQueue();
  const context = { library: { name: '@nitka/node', version }, ...options.context };
  const textParts = {
    newId: createMessageIds(platform.randomHex),
    context,
    plainEnd: createPlainEnd(JSON.stringify(context)),
    domainToAscii: platform.domainToAscii,
  };
  const listeners = createListeners(clock, platform.warn);
  const skew = createSkew(clock);
  const transport = createTransport({
    ...options,
    post: given.fetch ? fetchPost(given.fetch) : platform.post,
    compress: given.gzip ? platform.compress : undefined,
    onServerTime: skew.observe,
  });
  const outbox = createOutbox({ platform, held, transport, listeners, skew }, options);
  let closing: Promise<FlushResult> | undefined;

  const fail = (cause: unknown): Call => {
    // A getter or toJSON of the caller's object may throw anything.
    const error = cause instanceof NitkaError ? cause : new NitkaError('invalid_call', undefined, { cause });
    listeners.error(error);
    return outbox.refuse(error, '');
  };

  const add = (type: EventType, call: AnyCall): Call => {
    let text: EventText;
    const now = clock.now();
    try {
      if (closing) throw new NitkaError('tracker_closed');
      text = eventText(type, call, now, textParts);
      // A character takes three bytes at most: short texts need no counting.
      if (text.json.length * 3 > eventBytes && byteLength(text.json) > eventBytes) {
        throw new NitkaError('event_too_large');
      }
    } catch (cause) {
      return fail(cause);
    }
    return outbox.add(text.messageId, text.json, now);
  };

  /** The timers are unref'ed, but not while the host waits for their work. */
  const awaited = <T>(task: Promise<T>): Promise<T> => {
    const release = platform.stayAlive?.();
    return task.finally(release);
  };

  const refuse = (): Call =>
    outbox.refuse(new NitkaError('invalid_call', 'the visitor has not consented'), '');

  const flush = async (timeout?: number): Promise<FlushResult> => ({ pending: await outbox.flush(timeout) });

  const close = async (timeout: number): Promise<FlushResult> => {
    const result = await flush(timeout);
    unwatch?.();
    try {
      const isClosed = await within(clock, closePatience, outbox.stop());
      if (!isClosed) throw new NitkaError('storage_failed', 'the storage did not close in time');
    } catch (cause) {
      listeners.error(storageFailure(cause));
    }
    return result;
  };

  const tracker: Tracker<Events> = {
    track: (call) => add('track', call),
    page: (call) => add('page', call),
    screen: (call) => add('screen', call),
    identify: (call) => add('identify', call),
    link: (call) => add('identify', call),
    group: (call) => add('group', call),
    alias: (call) => add('alias', call),
    forRequest: (request, common) => bindRequest<Events>(add, refuse, request, common),
    flush: ({ timeout } = {}) => awaited(flush(timeout)),
    close: ({ timeout = options.closeTimeout } = {}) => (closing ??= awaited(close(timeout))),
    drained: ({ timeout } = {}) => awaited(outbox.drained(timeout)),
    on: (kind, listener) => listeners.on(kind, listener),
    stats: outbox.stats,
  };
  const unwatch =
    given.shutdown === false
      ? undefined
      : platform.watchExit?.({
          async flush() {
            await flush(options.closeTimeout);
            transport.abort();
          },
          close: () => tracker.close(),
          saveNow: () => held.saveNow?.(),
          atRisk: () => (held.saveNow ? 0 : outbox.stats().pending),
        });
  void outbox.refresh();
  return tracker;
};
