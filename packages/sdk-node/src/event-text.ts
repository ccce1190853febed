import { eventTypes, limits, NitkaError, type EventType } from '@nitka/core';
import type { AnyCall } from './calls.ts';
import { contactOf, idOf, jsonOf, nameOf, objectOf, timeOf } from './event-fields.ts';
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
  const timestamp: unknown = call.timestamp ?? undefined;
  if (!own && !contact && timestamp === undefined) return parts.plainEnd(now);
  const traits = contact ? { ...(own?.['traits'] as object | undefined), ...contact } : own?.['traits'];
  const json = jsonOf({ ...parts.context, ...own, traits }, 'context') ?? '{}';
  return endOf(json, timeOf(timestamp ?? now, 'timestamp'));
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

/** Why a call with an id has none; nothing where it was given none. */
const passedOver = ({ userId, anonymousId }: AnyCall): string | undefined =>
  (userId ?? anonymousId ?? '') === ''
    ? undefined
    : 'what was given stands for nobody, as "undefined" and 0 do';

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
  if (typeof call !== 'object' || call === null) {
    throw new NitkaError('invalid_call', 'the call needs an object, such as { userId, event, properties }');
  }
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
  // Read once: a getter may give something else the next time.
  const { event } = call;
  requireIds(type, event, ids);
  const contact = contactOf(call, parts.domainToAscii);
  let anonymousId = idOf(call.anonymousId, 'anonymousId');
  if (!anonymousId && !ids.userId) {
    if (!contact) throw new NitkaError('identity_missing', passedOver(call));
    anonymousId = messageId;
  }
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
    (type === 'track' ? eventField(event as string) : '') +
    textField(',"name":', nameOf(call.name, 'name')) +
    textField(',"category":', nameOf(call.category, 'category')) +
    field(',"properties":', jsonOf(objectOf(call.properties, 'properties'), 'properties')) +
    field(',"traits":', jsonOf(ownTraits, 'traits')) +
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
