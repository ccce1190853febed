import { batchSchema, errors, eventSchema, eventTypes } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';

type Json = Record<string, unknown>;

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Json, required: readonly string[] = Object.keys(properties)): Json => ({
  type: 'object',
  required,
  properties,
});
const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const trouble = {
  type: ['object', 'null'],
  properties: { code: text, since: { ...text, format: 'date-time' } },
} as const;
const visitorId = { type: ['string', 'null'], format: 'uuid' } as const;

const answered = Object.entries(errors).filter(([, { status }]) => status !== null);
const verdicts = Object.keys(errors).filter((code) => errors[code as ErrorCode].status === null);

/** Schemas have ids of their own, which an address inside this document would be resolved against. */
const { $id: _eventId, ...event } = eventSchema;
const { $id: _batchId, ...batch } = batchSchema;

const schemas: Json = {
  Event: event,
  Batch: {
    ...batch,
    properties: { ...batch.properties, batch: { ...batch.properties.batch, items: ref('Event') } },
  },
  Reply: object(
    {
      success: { const: true },
      accepted: { ...count, description: 'Events that are safe on disk now, this time or earlier.' },
      duplicates: { ...count, description: 'Those of them that had come before.' },
      rejected: { type: 'array', items: ref('Verdict') },
      anonymousId: { ...text, description: 'An older visitor id than that of the events; to pages only.' },
    },
    ['success', 'accepted', 'duplicates'],
  ),
  Verdict: object({ index: count, messageId: text, code: { enum: verdicts }, message: text }, [
    'index',
    'code',
    'message',
  ]),
  Error: object({ success: { const: false }, code: { enum: answered.map(([code]) => code) }, message: text }),
  Visitor: object({ writeKey: text, anonymousId: visitorId, replace: { type: 'boolean' } }, []),
  VisitorReply: object({ success: { const: true }, anonymousId: visitorId }),
  Readiness: object(
    {
      ready: { type: 'boolean' },
      reason: { type: ['string', 'null'] },
      spool: object({ trouble }),
      destinations: {
        type: 'array',
        items: object({
          name: text,
          waiting: count,
          behindSeconds: count,
          trouble,
        }),
      },
    },
    ['ready', 'reason'],
  ),
};

const json = (schema: Json): Json => ({ 'application/json': { schema } });
const good = (schema: Json, description = 'Done.'): Json => ({ 200: { description, content: json(schema) } });

/** Every status of the table, with its codes: any route may answer with any of them. */
const failures: Json = Object.fromEntries(
  [...new Set(answered.map(([, { status }]) => status!))].map((status) => {
    const codes = answered.filter(([, error]) => error.status === status);
    const patient = status === 429 || status === 503;
    return [
      status,
      {
        description: codes.map(([code, error]) => `\`${code}\`: ${error.text}`).join(' '),
        content: json(ref('Error')),
        ...(patient && { headers: { 'Retry-After': { description: 'Seconds.', schema: count } } }),
      },
    ];
  }),
);

const keys = [{ basic: [] }, { bearer: [] }, { query: [] }, {}];
const body = (schema: Json): Json => ({
  required: true,
  description: 'JSON in UTF-8, plain or gzip. The content type is not looked at.',
  content: { ...json(schema), 'text/plain': { schema } },
});
const operation = (id: string, summary: string, more: Json): Json => ({
  operationId: id,
  summary,
  ...more,
  responses: { ...(more['responses'] as Json), ...failures },
});
const send = (id: string, summary: string, schema: string): Json => ({
  post: operation(id, summary, {
    security: keys,
    requestBody: body(ref(schema)),
    responses: good(ref('Reply'), 'All that is answered for is on disk.'),
  }),
});
const get = (id: string, summary: string, responses: Json, more: Json = {}): Json => ({
  get: operation(id, summary, { ...more, responses }),
});
const inPath = (name: string, schema: Json = text): Json => ({ name, in: 'path', required: true, schema });

const short: Readonly<Record<string, string>> = {
  track: 't',
  page: 'p',
  screen: 's',
  identify: 'i',
  group: 'g',
  alias: 'a',
};

const paths = (scriptPath: string): Json => ({
  '/v1/batch': send('batch', 'A batch of events.', 'Batch'),
  '/v1/b': send('b', 'Short form of /v1/batch.', 'Batch'),
  '/v1/import': send('import', 'A batch of events, as clients of Segment send history.', 'Batch'),
  '/beacon/v1/batch': send('beaconBatch', 'A batch, as RudderStack’s beacon sends it.', 'Batch'),
  ...Object.fromEntries(
    eventTypes.flatMap((type) => [
      [`/v1/${type}`, send(type, `One ${type} event; its type is the route’s.`, 'Event')],
      [`/v1/${short[type]}`, send(short[type]!, `Short form of /v1/${type}.`, 'Event')],
    ]),
  ),
  '/v1/pixel/{type}': get(
    'pixel',
    'One event in the address; always an empty GIF.',
    {
      200: {
        description: 'An image of one pixel, whatever became of the event.',
        content: { 'image/gif': {} },
      },
    },
    {
      parameters: [
        inPath('type', { enum: eventTypes }),
        { name: 'data', in: 'query', schema: { ...text, description: 'JSON in base64url.' } },
      ],
    },
  ),
  '/v1/visitor': {
    post: operation(
      'visitor',
      'The visitor id in the collector’s cookie: the oldest one wins, and the cookie is renewed.',
      {
        requestBody: { ...body(ref('Visitor')), required: false },
        responses: good(ref('VisitorReply')),
      },
    ),
    delete: operation('forgetVisitor', 'Expires the cookie of the visitor id.', {
      responses: good(object({ success: { const: true } })),
    }),
  },
  '/v1/projects/{writeKey}/settings': get(
    'settings',
    'What clients of Segment ask before they send.',
    good({ type: 'object' }),
    {
      parameters: [inPath('writeKey')],
    },
  ),
  '/sourceConfig': get(
    'sourceConfig',
    'What clients of RudderStack ask before they send.',
    good({ type: 'object' }),
    {
      security: keys,
    },
  ),
  [scriptPath]: get('script', 'The SDK for pages.', {
    200: { description: 'JavaScript, plain, gzip or Brotli.', content: { 'text/javascript': {} } },
    304: { description: 'As the ETag says.' },
  }),
  [scriptPath.replace(/(\.js)?$/, '.{plugin}.js')]: get(
    'plugin',
    'A plugin of the SDK for pages, loaded by it.',
    {
      200: { description: 'JavaScript, plain, gzip or Brotli.', content: { 'text/javascript': {} } },
      304: { description: 'As the ETag says.' },
    },
    { parameters: [inPath('plugin')] },
  ),
  '/healthz': get('health', 'The process lives.', good(object({ status: { const: 'ok' } }))),
  '/readyz': get(
    'readiness',
    'It takes events; to the operator also what keeps them from being loaded.',
    good(ref('Readiness'), 'Ready.'),
    {
      security: [{ operator: [] }, {}],
    },
  ),
  '/metrics': get(
    'metrics',
    'For Prometheus.',
    { 200: { description: 'Metrics.', content: { 'text/plain': {} } } },
    {
      security: [{ operator: [] }, {}],
    },
  ),
  '/openapi.json': get('openapi', 'This description.', good({ type: 'object' })),
  '/': get('about', 'What answers here.', good(object({ name: text, docs: text }))),
});

/** The OpenAPI 3.1 description of what the collector serves: made from the schemas and the table of errors. */
export const openapi = (scriptPath: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: '@nitka/collector',
    version: '1',
    license: { name: 'MIT', identifier: 'MIT' },
    description:
      'The Segment HTTP tracking API and a few additions. Every route that begins with /v1 answers without it, too. A write key may also stand in the body.',
  },
  servers: [{ url: '/' }],
  paths: paths(scriptPath),
  components: {
    schemas,
    securitySchemes: {
      basic: { type: 'http', scheme: 'basic', description: 'The write key as the user name, no password.' },
      bearer: { type: 'http', scheme: 'bearer', description: 'The write key.' },
      query: { type: 'apiKey', in: 'query', name: 'writeKey' },
      operator: { type: 'http', scheme: 'bearer', description: 'The operator’s token.' },
    },
  },
});
