import type { ErrorCode, JsonObject } from '@nitka/core';
import type { ConsentPurposes, ConsentStatus } from './consent.ts';

/** Names of `track` events and the properties of each. */
export type EventMap = Record<string, object>;

export interface TrackerListeners {
  /** A batch has arrived. */
  sent(count: number): void;
  /** Events were not kept. */
  dropped(code: ErrorCode, count: number): void;
  /** Something failed; the tracker goes on. `detail` holds no personal data. */
  error(code: ErrorCode, detail?: string): void;
}

/** No method throws, blocks the page or changes it. A call's event is stored when the call returns. */
export interface Tracker<Events extends EventMap = EventMap> {
  /** Never there: by it the hooks, whose declarations are files of their own, know the map of a tracker. */
  events?(map: Events): void;
  track<Name extends keyof Events & string>(
    event: Name,
    properties?: Events[Name],
    context?: JsonObject,
  ): void;
  page(name?: string, properties?: JsonObject, context?: JsonObject): void;
  /** Joins the visitor with a user of the site, at login. Without a userId it is a {@link Tracker.link}. */
  identify(userId?: string | number | JsonObject | null, traits?: JsonObject, context?: JsonObject): void;
  /** Joins the visitor with a phone or an e-mail as it was typed. What is no identifier of a person is not sent. */
  link(identifiers: { phone?: string | undefined; email?: string | undefined }, context?: JsonObject): void;
  group(groupId: string | number, traits?: JsonObject, context?: JsonObject): void;
  alias(userId: string | number, previousId?: string | number, context?: JsonObject): void;
  /**
   * At logout: forgets the userId and starts a new session; the visitor id stays. `newVisitor` also makes a new
   * visitor id in every tier, for devices that several people use. `erase` removes every tier, the server's
   * included, and what is queued; the page then sends nothing until `consent('granted')`.
   */
  reset(options?: { readonly newVisitor?: boolean; readonly erase?: boolean }): void;
  /**
   * The visitor's choice, in all tabs of the site. `denied` erases every tier, the server's included, and what is queued.
   *
   * @param purposes sent with every event: `{ analytics: true, ads: false }`
   */
  consent(status: ConsentStatus, purposes?: ConsentPurposes): void;
  /** Sends what waits. Resolves when nothing waits or an attempt has failed; never rejects. */
  flush(): Promise<void>;
  /** The visitor id once it has settled; never without consent. */
  ready(callback?: (anonymousId: string) => void): Promise<string>;
  /** @returns what removes the listener */
  on<Name extends keyof TrackerListeners>(name: Name, listener: TrackerListeners[Name]): () => void;
  /** Stops sending and removes every listener. What is queued is sent by the next page. */
  close(): void;
}

/** A call as data: method and arguments; `when` is when it was made, milliseconds since 1970, @default now */
export type QueuedCall = [method: keyof Tracker, ...args: unknown[]] & { when?: number };
