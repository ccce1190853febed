import { eventTypes } from './event.ts';
import { limits } from './limits.ts';

const text = { type: 'string' } as const;
const optionalText = { type: ['string', 'null'] } as const;
/** Several clients send numbers where the spec has a string id. They are kept as their decimal text. */
const identity = { type: ['string', 'number', 'null'] } as const;
const optionalObject = { type: ['object', 'null'] } as const;

/** JSON Schema (2020-12) of one event as the collector takes it. Unknown fields pass. */
export const eventSchema = {
  $id: 'urn:nitka:schema:event',
  title: 'Event',
  type: 'object',
  required: ['type'],
  properties: {
    type: { enum: eventTypes },
    messageId: { type: ['string', 'null'], minLength: 1, maxLength: limits.messageIdLength },
    anonymousId: identity,
    userId: identity,
    groupId: identity,
    previousId: identity,
    event: optionalText,
    name: optionalText,
    category: optionalText,
    properties: optionalObject,
    traits: optionalObject,
    context: optionalObject,
    integrations: optionalObject,
    timestamp: optionalText,
    originalTimestamp: optionalText,
    sentAt: optionalText,
  },
} as const;

/** JSON Schema of the envelope of `POST /v1/batch`. The events are judged one by one. */
export const batchSchema = {
  $id: 'urn:nitka:schema:batch',
  title: 'Batch',
  type: 'object',
  required: ['batch'],
  properties: {
    batch: { type: 'array', maxItems: limits.batchEvents },
    sentAt: optionalText,
    writeKey: text,
    context: optionalObject,
    integrations: optionalObject,
    dropped: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
  },
} as const;
