import { isStatus, type ConsentStatus } from './consent.ts';
import type { Plugin } from './plugin.ts';
import type { Compress } from './transport/fetch.ts';

export interface TrackerOptions {
  /** Public key of the source, as configured in the collector. */
  readonly writeKey: string;
  /**
   * Address of the collector without `/v1`, such as `https://shop.example/t`: best a path or subdomain of the site
   * itself. The script tag takes its own address by default.
   */
  readonly endpoint: string;
  /** What holds until the visitor has chosen. `pending`: nothing is stored or sent. @default 'granted' */
  readonly consent?: ConsentStatus;
  /** Version of the consent text; sent with every event. */
  readonly consentVersion?: string;
  /** A browser that sends Global Privacy Control counts as `denied` until `consent('granted')` is called. @default false */
  readonly respectGpc?: boolean;
  /** The same for Do-Not-Track. @default false */
  readonly respectDnt?: boolean;
  readonly cookie?: {
    /** Name of the visitor id's cookie. @default 'ntk' */
    readonly name?: string;
    /** Domain of the cookie. Leave it out to share the id with all subdomains. @default the broadest allowed */
    readonly domain?: string;
  };
  /** Start of every key in localStorage, and the name of the IndexedDB database. @default 'ntk' */
  readonly storagePrefix?: string;
  /** Events that wait before they are sent without waiting longer. @default 20 */
  readonly flushAt?: number;
  /** Milliseconds that an event waits for company. @default 3000 */
  readonly flushInterval?: number;
  /** Milliseconds without an event after which a new session starts. @default 1800000 */
  readonly sessionTimeout?: number;
  /** Events that may wait in the browser. @default 5000 */
  readonly maxQueueCount?: number;
  /** Bytes of events that may wait. localStorage holds about 5 MB for the whole site. @default 2000000 */
  readonly maxQueueBytes?: number;
  /** Milliseconds that an event may wait. @default 604800000, a week */
  readonly maxQueueAge?: number;
  /** Calling code of the country whose phones are typed without one: `375`, `998`. @default 7, Russia and Kazakhstan */
  readonly callingCode?: string | number;
  /** Only SHA-256 of phones and e-mails leaves the page. Needs https. @default false */
  readonly hashIdentifiers?: boolean;
  /** Makes requests smaller: `gzip` of `@nitka/browser/gzip`. Not used while the page is left. @default none */
  readonly compress?: Compress;
  readonly plugins?: readonly Plugin[];
  /** Writes to the console what the tracker does. Not for production. @default false */
  readonly debug?: boolean;
}

type Optional =
  | 'plugins'
  | 'cookie'
  | 'compress'
  | 'consentVersion'
  | 'respectGpc'
  | 'respectDnt'
  | 'callingCode'
  | 'hashIdentifiers'
  | 'debug';

export type Settings = Required<Omit<TrackerOptions, Optional>> & Pick<TrackerOptions, Optional>;

/** @returns null when a field without which nothing works is missing, or what it says of consent is no word for it */
export const readOptions = (options: TrackerOptions): Settings | null => {
  const settings: Record<string, unknown> = {
    consent: 'granted',
    storagePrefix: 'ntk',
    flushAt: 20,
    flushInterval: 3000,
    sessionTimeout: 1_800_000,
    maxQueueCount: 5000,
    maxQueueBytes: 2_000_000,
    maxQueueAge: 604_800_000,
  };
  // A page of plain JavaScript may give nothing at all.
  for (const [name, value] of Object.entries(options ?? {})) if (value != null) settings[name] = value;
  const endpoint = (settings['endpoint'] = String(settings['endpoint']).replace(/\/+$/, ''));
  return settings['writeKey'] && /^https?:\/\/./.test(endpoint) && isStatus(settings['consent'])
    ? (settings as unknown as Settings)
    : null;
};
