import { eventTypes, NitkaError, type EventType } from '@nitka/core';
import type { AnyCall } from '../calls.ts';
import { messageIdFrom } from '../message-id.ts';
import { exactNumbers } from './exact-numbers.ts';

export interface ParsedLine {
  readonly type: EventType;
  readonly call: AnyCall;
}

const isType = (value: unknown): value is EventType => eventTypes.includes(value as EventType);

/** What a line can say. A name beside these is a slip of the pen, and what stands under it would be lost. */
const fieldsOfCalls = [
  ...['userId', 'anonymousId', 'phone', 'email', 'messageId', 'timestamp', 'context', 'integrations'],
  ...['event', 'name', 'category', 'groupId', 'previousId', 'properties', 'traits'],
];

/** The protocol's own fields that say nothing of the event itself; exports of other systems hold them. */
const envelope = ['originalTimestamp', 'sentAt', 'receivedAt', 'writeKey', 'channel', 'version'];

const known = new Set([...fieldsOfCalls, ...envelope]);

const parse = (line: string): object => {
  let fields: unknown;
  try {
    fields = JSON.parse(exactNumbers(line));
  } catch {
    throw new NitkaError('malformed_json', 'a line must be one whole JSON object');
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new NitkaError('event_not_object');
  return fields;
};

/**
 * Reads one line: an event of the protocol, with `key` as a short form of the messageId, and `type` `track` unless said.
 *
 * @param fallbackKey makes the messageId where the line has neither `messageId` nor `key`, so that reading the same file
 *   again makes the same events
 * @throws NitkaError with the reason that is kept beside a bad line
 */
export const parseLine = (line: string, fallbackKey?: readonly (string | number)[]): ParsedLine => {
  const { type: given = 'track', key, ...call } = parse(line) as { type?: unknown; key?: unknown } & AnyCall;
  const type = given === 'link' ? 'identify' : given;
  if (!isType(type)) throw new NitkaError('event_type_unknown');
  if (key !== undefined && !Array.isArray(key)) throw new NitkaError('invalid_call', 'key must be an array');
  const unknown = Object.keys(call).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new NitkaError('invalid_call', `there is no field "${unknown.slice(0, 50)}"`);
  const parts = (key ?? fallbackKey) as [string, ...string[]] | undefined;
  const messageId = call.messageId ?? (parts && messageIdFrom(...parts));
  // The protocol's own name for the same thing.
  const timestamp = call.timestamp ?? (call as { originalTimestamp?: string }).originalTimestamp;
  return { type, call: { ...call, messageId, timestamp } };
};
