import type { ErrorCode, EventContext, JsonObject } from '@nitka/core';
import type { TextStore } from './storage/text-store.ts';

/** What a plugin may use of the tracker. Every method is safe to call at any time and never throws. */
export interface PluginHost {
  /** The tracker's own window, so that a plugin never touches a global. */
  readonly window: Window & typeof globalThis;
  /** Of phones that are typed without one; undefined: Russia's. */
  readonly callingCode?: string | number | undefined;
  track(event: string, properties?: JsonObject, context?: JsonObject): void;
  page(name?: string, properties?: JsonObject, context?: JsonObject): void;
  /** Links the visitor to a phone or an e-mail as it was typed: the tracker normalises, hashes and drops what is no identifier. */
  link(identifiers: { phone?: string; email?: string }, context?: JsonObject): void;
  /** Adds a listener that throws nothing into the page and is removed when the tracker is closed. */
  listen(
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): void;
  /** Runs the task when the page is hidden or left, before the queue is sent for the last time. Not after the tracker is closed. */
  onLeave(task: () => void): void;
  /** Runs the task when consent lets events be made: now, or once it is granted. */
  whenAllowed(task: () => void): void;
  /**
   * Adds to the context of each event. Called only when storage may be read. What a call says itself goes before it.
   */
  enrich(fields: (store: TextStore) => EventContext): void;
  /** The visitor id as it is now; undefined without consent, and without cookies. */
  visitorId(): string | undefined;
  /** Resolves when the visitor id has settled; never without consent. */
  ready(): Promise<string>;
  report(code: ErrorCode, detail?: string): void;
}

/**
 * A part of the tracker that a site opts into. Returns what undoes it. It starts before the calls that were made
 * before the script had loaded are replayed: an event of its own it makes later, in a microtask at the earliest.
 */
export interface Plugin {
  (host: PluginHost): (() => void) | void;
  /** An id from elsewhere for a visitor who has none here in any tier. Asked once the tracker may read storage. Must not throw. */
  offerId?(page: Window): string | undefined;
}
