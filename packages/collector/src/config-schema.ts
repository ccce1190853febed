import { kafkaSpoolSchema } from './kafka/spool-options.ts';

const positive = { type: 'integer', minimum: 1 } as const;
const section = (properties: Record<string, unknown>) => ({
  type: 'object',
  additionalProperties: false,
  properties,
});

const path = { type: 'string', minLength: 1 } as const;
const address = {
  host: { type: 'string', minLength: 1 },
  port: { type: 'integer', minimum: 0, maximum: 65_535 },
} as const;
const name = { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' } as const;
/** A cookie name by RFC 6265 §4.1.1. */
const cookieName = { type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$" } as const;
const origin = { type: 'string', pattern: '^(\\*|https?://(\\*\\.)?[^/*?#\\s]+)$' } as const;

const identifiers = { enum: ['plain', 'token', 'hash'] } as const;

const source = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'kind'],
  properties: {
    name,
    kind: { enum: ['browser', 'server'] },
    writeKey: { type: 'string', minLength: 8, maxLength: 200 },
    writeKeySha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    origins: { type: 'array', items: origin },
    requestsPerMinute: { type: 'integer', minimum: 0 },
    identifiers,
    identitySecret: { type: 'string', minLength: 32, maxLength: 200 },
  },
  allOf: [
    {
      if: { properties: { kind: { const: 'browser' } } },
      then: { required: ['writeKey'], properties: { writeKeySha256: false } },
      else: {
        required: ['writeKeySha256'],
        properties: { writeKey: false, origins: false, identitySecret: false },
      },
    },
  ],
} as const;

/** JSON Schema of the config file. The destination of each type has its own for the fields below `type` and `name`. */
export const configSchema = {
  $id: 'urn:nitka:schema:collector-config',
  title: 'nitka-collector config',
  type: 'object',
  additionalProperties: false,
  required: ['sources'],
  properties: {
    $schema: { type: 'string' },
    dataDir: { type: 'string', minLength: 1 },
    listen: section({
      ...address,
      tls: {
        type: ['object', 'null'],
        additionalProperties: false,
        required: ['certFile', 'keyFile'],
        properties: { certFile: path, keyFile: path, http2: { type: 'boolean' } },
      },
    }),
    operator: section({
      tokenSha256: { type: ['string', 'null'], pattern: '^[0-9a-f]{64}$' },
      listen: {
        type: ['object', 'null'],
        additionalProperties: false,
        required: ['port'],
        properties: address,
      },
    }),
    trustProxy: { anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }] },
    sources: { type: 'array', minItems: 1, items: source },
    destinations: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', required: ['type'], properties: { type: { type: 'string' }, name } },
    },
    limits: section({
      eventBytes: positive,
      bodyBytes: positive,
      nesting: positive,
      waitingBytes: positive,
      freeDiskBytes: { type: 'integer', minimum: 0 },
      requestsPerMinute: { type: 'integer', minimum: 0 },
      requestSeconds: positive,
      eventLoopDelayMs: { type: 'integer', minimum: 0 },
    }),
    visitorCookie: section({
      name: cookieName,
      domain: { enum: ['host', 'site'] },
      maxAgeDays: { ...positive, maximum: 400 },
    }),
    script: section({
      path: { type: 'string', pattern: '^/[A-Za-z0-9._/-]+$' },
      file: { type: ['string', 'null'] },
      maxAgeSeconds: { type: 'integer', minimum: 0 },
    }),
    privacy: section({
      ip: { enum: ['drop', 'truncate', 'keep'] },
      identifiers,
      fields: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 100 } },
      keysFile: { type: ['string', 'null'], minLength: 1 },
      vaultPath: { type: ['string', 'null'], minLength: 1 },
      vaultKeyFile: { type: ['string', 'null'], minLength: 1 },
      vaultKeyVariable: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
    }),
    role: { enum: ['all', 'http', 'loader'] },
    workers: { type: ['integer', 'null'], minimum: 0, maximum: 64 },
    spool: section({ kafka: kafkaSpoolSchema, keepDays: { type: 'number', minimum: 0 } }),
    loader: section({ maxEvents: positive, maxBytes: positive, maxDelayMs: positive }),
    log: section({ level: { enum: ['debug', 'info', 'warn', 'error', 'silent'] } }),
    shutdownSeconds: { type: 'integer', minimum: 0 },
  },
} as const;
