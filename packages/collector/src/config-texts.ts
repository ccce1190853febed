/**
 * What each field of the config means, in a line, for editors (the published schema) and for the reference in docs/operations.md. A test
 * holds the three together.
 */
export const configTexts: Readonly<Record<string, string>> = {
  $schema: 'Where editors find this description. The collector does not look at it.',
  dataDir:
    'Folder of spool and admin socket, and by default of the DuckDB file. Relative to the config file.',
  'listen.host': 'Address to listen at.',
  'listen.port': 'Port to listen at; 0 takes a free one.',
  'listen.tls': 'Null leaves TLS to a proxy.',
  'listen.tls.certFile': 'Certificate with its chain, PEM. A renewed one is taken into use within a minute.',
  'listen.tls.keyFile': 'Private key of the certificate, PEM.',
  'listen.tls.http2': 'Also speak HTTP/2.',
  'operator.tokenSha256':
    'SHA-256 of the token that /metrics and the details of /readyz want as Bearer, 64 hex digits.',
  'operator.listen':
    'A listener of its own for /metrics and the details of /readyz; the other one has neither then.',
  'operator.listen.host': 'Address of the operator’s listener.',
  'operator.listen.port': 'Port of the operator’s listener.',
  trustProxy:
    'Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed; true believes anybody.',
  'sources[].name': 'Stands in the column source.',
  'sources[].kind':
    'browser: public key, identifiers are claims. server: secret key, identifiers are verified.',
  'sources[].writeKey': 'Of a browser source: the public key in the pages.',
  'sources[].writeKeySha256': 'Of a server source: SHA-256 of the secret key, 64 hex digits.',
  'sources[].origins':
    'Of a browser source: the pages that may send, as https://shop.example or https://*.shop.example.',
  'sources[].requestsPerMinute':
    'Requests in a minute with this key, from all addresses together; 0 for no limit.',
  'sources[].identitySecret':
    'Of a browser source: the secret with which the site’s server signs who is logged in.',
  'sources[].identifiers': 'Instead of privacy.identifiers, for what this source sends.',
  'destinations[].type':
    'duckdb, postgres, clickhouse, kafka or parquet. Its other fields: docs/destinations.md.',
  'destinations[].name': 'Stands in the ledger and in the metrics; by default the type.',
  'limits.eventBytes': 'Bytes of one event.',
  'limits.bodyBytes': 'Bytes of one body, after decompression, too.',
  'limits.nesting': 'Levels of nesting in one event.',
  'limits.waitingBytes': 'Bytes that may wait for the disk before requests are put off with 503.',
  'limits.freeDiskBytes': 'Free bytes on the disk below which requests are put off with 503.',
  'limits.requestsPerMinute': 'Requests of one address in a minute; 0 for no limit.',
  'limits.requestSeconds': 'Seconds that a request may take to arrive; slower clients are cut off with 408.',
  'limits.eventLoopDelayMs':
    'Delay of the event loop above which requests are put off with 503; 0 for no limit.',
  'visitorCookie.name': 'Name of the cookie of the visitor id.',
  'visitorCookie.domain':
    'host: the collector’s host alone. site: its registrable domain with all subdomains.',
  'visitorCookie.maxAgeDays': 'Days from each renewal; browsers cut at 400.',
  'script.path': 'Path of the script for pages. Choose one of your own: block lists know common ones.',
  'script.file': 'File of the script; null takes the one of the installed @nitka/browser.',
  'script.maxAgeSeconds': 'Seconds for which browsers keep the script.',
  'privacy.ip': 'drop, truncate (24 bits of IPv4, 48 of IPv6 are kept) or keep.',
  'privacy.identifiers':
    'plain, token (keyed, reversible through the vault) or hash (keyed, not reversible).',
  'privacy.fields': 'Names of further fields that are personal, for token and hash.',
  'privacy.keysFile': 'Keys of the pseudonyms; null is keys.json in dataDir.',
  'privacy.vaultPath': 'Folder of the vault and of the list of the forgotten; null is vault in dataDir.',
  'privacy.vaultKeyFile': 'The vault’s own key, 32 bytes in base64; null takes the variable.',
  'privacy.vaultKeyVariable': 'Environment variable that has the vault’s key.',
  role: 'With spool.kafka: http accepts, loader loads, all does both.',
  workers:
    'Threads that judge bodies, 0 for none; null: one for each processor beyond the second, at most eight.',
  'spool.kafka': 'Kafka in the place of the local spool: docs/scaling.md.',
  'spool.keepDays': 'Days for which events stay in the spool after every destination has them, for replay.',
  'loader.maxEvents': 'Events in one load.',
  'loader.maxBytes': 'Bytes in one load.',
  'loader.maxDelayMs': 'How long events gather before a load that is not full.',
  'log.level': 'debug, info, warn, error or silent. Lines are JSON on stdout.',
  shutdownSeconds: 'How long a stop may take to load what is pending; the rest is loaded at the next start.',
};
