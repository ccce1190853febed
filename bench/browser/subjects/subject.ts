import type { Json, Posted } from '../decode.ts';

/** A test event that reached the server. */
export interface Arrival {
  /** What the page put into the event's properties, so that it is known again in any protocol. */
  readonly mark: string;
  /** The id under which the vendor could recognise a second copy. */
  readonly messageId?: string | undefined;
  readonly visitorId?: string | undefined;
}

/** What the server answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string;
}

/** Where a page of one subject lives. */
export interface Place {
  /** `http://name.localhost:port` */
  readonly origin: string;
  /** `name.localhost:port` */
  readonly host: string;
}

/** One tracking library under test: how a page loads it, and how its server speaks. */
export interface Subject {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** Another subject's name, when this one differs in size alone and need not deliver again. */
  readonly variantOf?: string;
  /** What was loaded, for the report: a package's name and version, or a commit. */
  readonly version: string;
  /** How it was loaded and what differs from its defaults, for the report. */
  readonly note: string;
  /** Scripts by the path that pages load them from. A path that ends in a slash serves a folder. */
  readonly scripts: Readonly<Record<string, URL>>;
  /** Changes a script's text on its way, as the vendor's delivery network does. */
  readonly rewrite?: (text: string) => string;
  /** The part of `<head>` that loads and starts it, and sets `window.bench`. */
  readonly head: (place: Place) => string;
  /** The script that counts a page, where the library does not by itself. */
  readonly pageView?: string;
  /** True for requests that carry events. Only these meet faults. */
  readonly isDelivery: (path: string) => boolean;
  /** The answer to a request with events that was taken. */
  readonly taken: (posted: Posted, place: Place) => Reply | Promise<Reply>;
  /** Settings and the like. Undefined: not found. */
  readonly answer?: (path: string, place: Place, posted: Posted) => Reply | Promise<Reply> | undefined;
  /** The events of a decoded request body. */
  readonly events: (body: Json) => readonly Arrival[];
  /** Marks in the warehouse behind this subject's server, one entry a row. Waits until all that was taken is there. */
  readonly rows?: (place: Place) => Promise<readonly string[]>;
}

/** What each page offers to the measurements. */
export interface PageBench {
  /** True once the library has loaded and started. */
  ready(): boolean;
  track(properties: Record<string, string | number>): void;
}
