import { eventTypes, limits } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';
import { asIs } from './body-text.ts';
import type { ReadText } from './body-text.ts';
import type { SourceKind } from './config.ts';

/** An event whose fields have the types that the columns rely on. */
export type Fields = Readonly<Record<string, unknown>>;

const types = new Set<unknown>(eventTypes);

const isText = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';
const isIdentity = (value: unknown): boolean => isText(value) || typeof value === 'number';
const isObject = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
/** Clients in the wild send milliseconds, too. */
const isTime = (value: unknown): boolean => isText(value) || typeof value === 'number';

const fieldInvalid = (event: Fields): string | null => {
  if (!isIdentity(event['anonymousId'])) return 'anonymousId';
  if (!isIdentity(event['userId'])) return 'userId';
  if (!isIdentity(event['groupId'])) return 'groupId';
  if (!isIdentity(event['previousId'])) return 'previousId';
  if (!isText(event['event'])) return 'event';
  if (!isText(event['name'])) return 'name';
  if (!isObject(event['properties'])) return 'properties';
  if (!isObject(event['traits'])) return 'traits';
  if (!isObject(event['context'])) return 'context';
  if (!isTime(event['timestamp'])) return 'timestamp';
  if (!isTime(event['originalTimestamp'])) return 'originalTimestamp';
  if (!isTime(event['sentAt'])) return 'sentAt';
  return null;
};

export interface Verdict {
  readonly code: ErrorCode;
  /** The field at fault, if it is one. Never its value. */
  readonly detail: string | null;
}

/** A UUID of version 5 (RFC 9562 §5.5): what `messageIdFrom` of the Node SDK makes of a business key. */
const fromBusinessKey = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * What is wrong with an event, or null. By hand, since it runs for every event: the same rules as `eventSchema` of the core
 * (a test holds the two together), and those that need more than one field.
 */
export const judge = (event: Fields, kind: SourceKind, read: ReadText = asIs): Verdict | null => {
  if (!types.has(event['type'])) return { code: 'event_type_unknown', detail: null };
  const id = event['messageId'];
  if (
    id !== undefined &&
    id !== null &&
    (typeof id !== 'string' || id.length === 0 || read(id).length > limits.messageIdLength)
  ) {
    return { code: 'message_id_invalid', detail: null };
  }
  // The write key of a page is public. Whoever has it could send a till's next receipt numbers first, and the real
  // receipts would be taken for repeats.
  if (kind === 'browser' && typeof id === 'string' && id[14] === '5' && fromBusinessKey.test(id)) {
    return { code: 'message_id_reserved', detail: null };
  }
  const field = fieldInvalid(event);
  if (field) return { code: 'field_invalid', detail: field };
  if (event['type'] === 'track' && !isGiven(event['event']))
    return { code: 'event_name_missing', detail: null };
  if (event['type'] === 'group' && !isGiven(event['groupId']))
    return { code: 'group_id_missing', detail: null };
  if (event['type'] === 'alias') {
    const named = isGiven(event['previousId']) && isGiven(event['userId']);
    return named ? null : { code: 'previous_id_missing', detail: null };
  }
  const identified = isGiven(event['anonymousId']) || isGiven(event['userId']);
  return identified ? null : { code: 'identity_missing', detail: null };
};
