import { limits as shared } from '@nitka/core';
import type { KafkaSpoolOptions } from './kafka/spool-options.ts';

/** A page, whose write key everybody can read, or a server, whose key is a secret. */
export type SourceKind = 'browser' | 'server';

/** A site, an app, a till: whoever holds one write key. */
export interface SourceConfig {
  /** Stands in the `source` column. */
  readonly name: string;
  /** `browser`: public write key, identifiers are claims. `server`: secret write key, identifiers are verified. */
  readonly kind: SourceKind;
  /** Of a `browser` source. */
  readonly writeKey?: string;
  /** Of a `server` source: SHA-256 of the secret write key, 64 hex digits. `nitka-collector init` makes both. */
  readonly writeKeySha256?: string;
  /**
   * Of a `browser` source: the pages that may send, as `https://shop.example` or `https://*.shop.example`. `*` lets any page
   * in, but then without cookies: the server tier of the visitor id needs a list.
   * @default [] (only pages on the collector's own host)
   */
  readonly origins: readonly string[];
  /** Requests in a minute with this key, from all addresses together; 0 for no limit. @default 0 */
  readonly requestsPerMinute?: number;
  /**
   * Of a `browser` source: the secret with which the site's own server signs who is logged in (`signIdentity` of `@nitka/node`), 32
   * characters or more. Without it identity tokens are not looked at.
   */
  readonly identitySecret?: string;
  /** Instead of `privacy.identifiers`, for what this source sends. */
  readonly identifiers?: 'plain' | 'token' | 'hash';
}

export interface TlsConfig {
  /** The certificate with its chain, PEM. A renewed one is taken into use within a minute. */
  readonly certFile: string;
  /** Its private key, PEM. */
  readonly keyFile: string;
  /** Also speak HTTP/2. @default true */
  readonly http2: boolean;
}

/** Other fields belong to the destination's type and are checked there. */
export interface DestinationConfig {
  readonly type: string;
  /** Stands in the ledger and in the metrics. @default the type */
  readonly name: string;
  readonly [option: string]: unknown;
}

export interface CollectorConfig {
  /** Spool and admin socket; by default the DuckDB file too. Relative to the config file. @default "./data" */
  readonly dataDir: string;
  readonly listen: {
    /** @default "127.0.0.1" */
    readonly host: string;
    /** 0 takes a free one. @default 8080 */
    readonly port: number;
    /** Null leaves TLS to a proxy. @default null */
    readonly tls: TlsConfig | null;
  };
  /** What is not for visitors: `/metrics`, and which destinations are in trouble. Without the two, everybody sees it. */
  readonly operator: {
    /** SHA-256 of the token that must come as Bearer, 64 hex digits; `nitka-collector hash-key` makes one. @default null */
    readonly tokenSha256: string | null;
    /** An address of its own for it; then `/metrics` is not on the other one. @default null */
    readonly listen: { readonly host: string; readonly port: number } | null;
  };
  /**
   * Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. `true` believes anybody: only behind a
   * firewall. @default false
   */
  readonly trustProxy: boolean | readonly string[];
  readonly sources: readonly SourceConfig[];
  /** @default DuckDB in `<dataDir>/warehouse.duckdb` */
  readonly destinations: readonly DestinationConfig[];
  readonly limits: {
    /** Bytes of one event. @default 32768 */
    readonly eventBytes: number;
    /** Bytes of one body, after decompression. RudderStack's clients send up to 4,000 KB. @default 4096000 */
    readonly bodyBytes: number;
    /** Levels of nesting in one event. @default 32 */
    readonly nesting: number;
    /** Bytes that may wait for the disk before requests are put off with 503. @default 64 MiB */
    readonly waitingBytes: number;
    /** Free bytes on the disk below which requests are put off with 503. @default 64 MiB */
    readonly freeDiskBytes: number;
    /** Requests of one address in a minute; 0 for no limit. Not behind a proxy that is not in `trustProxy`. @default 0 */
    readonly requestsPerMinute: number;
    /** Seconds that a request may take to arrive. Slower clients are cut off with 408. @default 30 */
    readonly requestSeconds: number;
    /** Delay of the event loop, milliseconds, above which requests are put off with 503; 0 for no limit. @default 5000 */
    readonly eventLoopDelayMs: number;
  };
  readonly visitorCookie: {
    /** @default "vid" */
    readonly name: string;
    /** `host`: the collector's host alone. `site`: its registrable domain with all subdomains. @default "host" */
    readonly domain: 'host' | 'site';
    /** Browsers cut at 400. @default 400 */
    readonly maxAgeDays: number;
  };
  readonly script: {
    /** Choose a name of your own: block lists know common ones. @default "/nitka.js" */
    readonly path: string;
    /** @default the one of the installed `@nitka/browser` */
    readonly file: string | null;
    /** @default 3600 */
    readonly maxAgeSeconds: number;
  };
  readonly privacy: {
    /** `truncate` keeps 24 bits of IPv4, 48 of IPv6. Applied before anything is written. @default "truncate" */
    readonly ip: 'drop' | 'truncate' | 'keep';
    /**
     * What is kept of phones, e-mails and other personal fields, applied before anything is written: see docs/privacy.md. `token`: a keyed
     * pseudonym, whose value is in the vault. `hash`: a keyed pseudonym, whose value is nowhere. @default "plain"
     */
    readonly identifiers: 'plain' | 'token' | 'hash';
    /** Names of further fields that are personal, wherever they stand; for `token` and `hash`. @default [] */
    readonly fields: readonly string[];
    /** Keys of the pseudonyms, as `nitka-collector keys create` writes them. @default `<dataDir>/keys.json` */
    readonly keysFile: string | null;
    /** Folder of the vault and of the list of those who were forgotten. @default `<dataDir>/vault` */
    readonly vaultPath: string | null;
    /** The vault's own key: 32 bytes in base64. Best on another disk than the vault. @default the variable below */
    readonly vaultKeyFile: string | null;
    /** Name of the environment variable that has the vault's key. @default "NITKA_VAULT_KEY" */
    readonly vaultKeyVariable: string;
  };
  /**
   * With `spool.kafka`: `http` only receives, `loader` only loads. Without it there is one process for both.
   * @default "all"
   */
  readonly role: 'all' | 'http' | 'loader';
  /**
   * Threads that read and judge bodies, beside the one that has the connections and the spool; 0 does all in that one. Null takes one for
   * each processor beyond the second, eight at most. Not with `spool.kafka`. @default null
   */
  readonly workers: number | null;
  readonly spool: {
    /** Kafka in the place of the local spool: docs/scaling.md. @default null */
    readonly kafka: Partial<KafkaSpoolOptions> | null;
    /**
     * How long events stay in the spool after every destination has them, for `replay`. The disk holds them for so long. A new destination
     * starts with them.
     * @default 0
     */
    readonly keepDays: number;
  };
  readonly loader: {
    /** Events in one load. @default 20000 */
    readonly maxEvents: number;
    /** Bytes in one load. @default 16 MiB */
    readonly maxBytes: number;
    /** How long events gather before a load that is not full, milliseconds. @default 500 */
    readonly maxDelayMs: number;
  };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
  /** How long a stop may take to load what is pending. The rest is loaded at the next start. @default 10 */
  readonly shutdownSeconds: number;
}

export const defaults: Omit<CollectorConfig, 'sources'> = {
  dataDir: './data',
  listen: { host: '127.0.0.1', port: 8080, tls: null },
  operator: { tokenSha256: null, listen: null },
  trustProxy: false,
  destinations: [{ type: 'duckdb', name: 'duckdb' }],
  limits: {
    eventBytes: shared.eventBytes,
    bodyBytes: 4_096_000,
    nesting: shared.nesting,
    waitingBytes: 64 * 1024 * 1024,
    freeDiskBytes: 64 * 1024 * 1024,
    requestsPerMinute: 0,
    requestSeconds: 30,
    eventLoopDelayMs: 5000,
  },
  visitorCookie: { name: 'vid', domain: 'host', maxAgeDays: 400 },
  script: { path: '/nitka.js', file: null, maxAgeSeconds: 3600 },
  privacy: {
    ip: 'truncate',
    identifiers: 'plain',
    fields: [],
    keysFile: null,
    vaultPath: null,
    vaultKeyFile: null,
    vaultKeyVariable: 'NITKA_VAULT_KEY',
  },
  role: 'all',
  workers: null,
  spool: { kafka: null, keepDays: 0 },
  loader: { maxEvents: 20_000, maxBytes: 16 * 1024 * 1024, maxDelayMs: 500 },
  log: { level: 'info' },
  shutdownSeconds: 10,
};
