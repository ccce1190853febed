import {
  eventTypes,
  isPlaceholder,
  limits,
  NitkaError,
  normaliseEmail,
  normalisePhone,
  type EventType,
} from '@nitka/core';
import type { AnyCall } from './calls.ts';
import { quote } from './json-text.ts';

export interface EventTextParts {
  readonly newId: (now: number) => string;
  /** The end of an event that is made now and has no context of its own: see {@link createPlainEnd}. */
  readonly plainEnd: (now: number) => string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly domainToAscii?: ((domain: string) => string) | undefined;
}

export interface EventText {
  readonly messageId: string;
  readonly json: string;
}

const invalid = (detail: string): never => {
  throw new NitkaError('invalid_call', detail);
};

/** An id that {@link isPlaceholder} need not be asked about: none of its texts ends in such a digit. */
const endsLikeAnId = (text: string): boolean => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0x32 && last <= 0x39;
};

const idOf = (value: unknown, field: string): string | undefined => {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && endsLikeAnId(value)) return value;
  if (typeof value !== 'string' && (typeof value !== 'number' || !Number.isSafeInteger(value))) {
    return invalid(`${field} must be a text or an integer`);
  }
  // "undefined" and its like come from a template string, and would join strangers into one person.
  return isPlaceholder(value) ? undefined : String(value);
};

const nameOf = (value: unknown, field: string): string | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : invalid(`${field} must be a text`);
};

const objectOf = (value: unknown, field: string): object | undefined => {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' && !Array.isArray(value) ? value : invalid(`${field} must be an object`);
};

const endOf = (contextJson: string, timestamp: string): string =>
  `,"context":${contextJson},"timestamp":"${timestamp}"}`;

/**
 * Most events of a millisecond end alike: one piece of text in place of five.
 *
 * @param contextJson of the tracker's context, at least one field
 */
export const createPlainEnd = (contextJson: string): EventTextParts['plainEnd'] => {
  let lastTime = NaN;
  let end = '';
  return (now) => {
    if (now !== lastTime) {
      end = endOf(contextJson, new Date(now).toISOString());
      lastTime = now;
    }
    return end;
  };
};

/** A text without a zone means another moment on each machine. */
const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i;

const timestampOf = (value: unknown, now: number): string => {
  if (value === undefined || value === null) return new Date(now).toISOString();
  if (typeof value === 'string' && !hasZone.test(value)) {
    return invalid('timestamp needs a zone: "Z" or an offset such as "+03:00"');
  }
  const time = value instanceof Date || typeof value === 'string' ? new Date(value).getTime() : value;
  return typeof time === 'number' && Math.abs(time) < 8.64e15
    ? new Date(time).toISOString()
    : invalid('timestamp must be a Date, ISO 8601 text, or milliseconds since 1970');
};

/** JSON has no big integers: they become texts, so that not a digit is lost. */
const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

const jsonOf = (value: object | undefined, field: string): string | undefined => {
  if (value === undefined) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    try {
      return JSON.stringify(value, bigintAsText);
    } catch (error) {
      // The engine's own message spells out keys and constructors of the caller's object, no values.
      return invalid(`${field} cannot become JSON: ${error instanceof Error ? error.name : 'it throws'}`);
    }
  }
};

/** As normalised here, or as typed: the collector judges with the full metadata and keeps what it refuses. */
const contactOf = (call: AnyCall, parts: EventTextParts): Record<string, string> | undefined => {
  const { phone, email } = call;
  if ((phone ?? '') === '' && (email ?? '') === '') return undefined;
  const contact: Record<string, string> = {};
  if ((phone ?? '') !== '') contact['phone'] = normalisePhone(phone) ?? String(phone).trim();
  if ((email ?? '') !== '')
    contact['email'] = normaliseEmail(email, parts.domainToAscii) ?? String(email).trim();
  return contact;
};

interface Ids {
  readonly userId: string | undefined;
  readonly groupId: string | undefined;
  readonly previousId: string | undefined;
}

const requireIds = (type: EventType, event: unknown, ids: Ids): void => {
  if (type === 'track' && (typeof event !== 'string' || event === ''))
    throw new NitkaError('event_name_missing');
  if (type === 'group' && !ids.groupId) throw new NitkaError('group_id_missing');
  if (type === 'alias' && !(ids.previousId && ids.userId)) throw new NitkaError('previous_id_missing');
};

const endText = (call: AnyCall, contact: object | undefined, now: number, parts: EventTextParts): string => {
  const own = objectOf(call.context, 'context') as Record<string, unknown> | undefined;
  if (!own && !contact && (call.timestamp ?? undefined) === undefined) return parts.plainEnd(now);
  const traits = contact ? { ...(own?.['traits'] as object | undefined), ...contact } : own?.['traits'];
  const json = jsonOf({ ...parts.context, ...own, traits }, 'context') ?? '{}';
  return endOf(json, timestampOf(call.timestamp, now));
};

/** Names of events come again and again; bounded, since a caller may make them out of data. */
const names = new Map<string, string>();
const mostNames = 1000;

const eventField = (event: string): string => {
  let text = names.get(event);
  if (text === undefined) {
    text = `,"event":${quote(event)}`;
    if (names.size < mostNames && event.length < 200) names.set(event, text);
  }
  return text;
};

/** @param start the field's name, quoted, between a comma and a colon */
const field = (start: string, json: string | undefined): string => (json === undefined ? '' : start + json);

const textField = (start: string, value: string | undefined): string =>
  value === undefined ? '' : start + quote(value);

const typeFields = Object.fromEntries(eventTypes.map((type) => [type, `,"type":"${type}"`])) as Record<
  EventType,
  string
>;

/**
 * Makes the event's JSON, once: what waits, is sent and is sent again is this text.
 * Put together by hand, which takes half the time of one JSON.stringify over the whole.
 *
 * @param now milliseconds since 1970
 * @throws NitkaError when the call cannot become an event
 */
export const eventText = (type: EventType, call: AnyCall, now: number, parts: EventTextParts): EventText => {
  if (typeof call !== 'object' || call === null) return invalid('the call needs an object');
  const given = call.messageId ?? undefined;
  const messageId = given ?? parts.newId(now);
  if (typeof messageId !== 'string' || messageId === '' || messageId.length > limits.messageIdLength) {
    throw new NitkaError('message_id_invalid');
  }
  const ids = {
    userId: idOf(call.userId, 'userId'),
    groupId: idOf(call.groupId, 'groupId'),
    previousId: idOf(call.previousId, 'previousId'),
  };
  requireIds(type, call.event, ids);
  const contact = contactOf(call, parts);
  let anonymousId = idOf(call.anonymousId, 'anonymousId');
  if (!anonymousId && !ids.userId) {
    if (!contact) throw new NitkaError('identity_missing');
    anonymousId = messageId;
  }
  const isTraits = type === 'identify' || type === 'group';
  const traits = objectOf(call.traits, 'traits');
  const ownTraits = type === 'identify' && contact ? { ...traits, ...contact } : traits;
  const json =
    // The messageId stands first: it is read back out of the text without parsing it.
    (given ? `{"messageId":${quote(messageId)}` : `{"messageId":"${messageId}"`) +
    typeFields[type] +
    textField(',"anonymousId":', anonymousId) +
    textField(',"userId":', ids.userId) +
    textField(',"groupId":', ids.groupId) +
    textField(',"previousId":', ids.previousId) +
    (type === 'track' ? eventField(call.event as string) : '') +
    textField(',"name":', nameOf(call.name, 'name')) +
    textField(',"category":', nameOf(call.category, 'category')) +
    field(
      ',"properties":',
      isTraits ? undefined : jsonOf(objectOf(call.properties, 'properties'), 'properties'),
    ) +
    field(',"traits":', isTraits ? jsonOf(ownTraits, 'traits') : undefined) +
    field(',"integrations":', jsonOf(objectOf(call.integrations, 'integrations'), 'integrations')) +
    endText(call, type === 'identify' ? undefined : contact, now, parts);
  return { messageId, json };
};

/** The messageId of a text that {@link eventText} made. */
export const messageIdOf = (json: string): string => {
  const start = '{"messageId":'.length;
  const plain = json.indexOf('"', start + 1);
  const text = json.slice(start, plain + 1);
  // Only an id of the caller's own making can hold an escaped quote.
  return text.includes('\\') ? (JSON.parse(json) as { messageId: string }).messageId : text.slice(1, -1);
};
