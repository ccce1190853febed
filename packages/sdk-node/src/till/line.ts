import { eventTypes, NitkaError, type EventType } from '@nitka/core';
import type { AnyCall } from '../calls.ts';
import { messageIdFrom } from '../message-id.ts';

export interface ParsedLine {
  readonly type: EventType;
  readonly call: AnyCall;
}

const isType = (value: unknown): value is EventType => eventTypes.includes(value as EventType);

/**
 * Reads one line: an event of the protocol, with `key` as a short form of the messageId, and `type` `track` unless said.
 *
 * @param fallbackKey makes the messageId where the line has neither `messageId` nor `key`, so that reading the same file
 *   again makes the same events
 * @throws NitkaError with the reason that is kept beside a bad line
 */
export const parseLine = (line: string, fallbackKey?: readonly (string | number)[]): ParsedLine => {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    throw new NitkaError('malformed_json');
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new NitkaError('event_not_object');
  const { type = 'track', key, ...call } = fields as { type?: unknown; key?: unknown } & AnyCall;
  if (type === 'link') return parseLine(JSON.stringify({ ...fields, type: 'identify' }), fallbackKey);
  if (!isType(type)) throw new NitkaError('event_type_unknown');
  if (key !== undefined && !Array.isArray(key)) throw new NitkaError('invalid_call', 'key must be an array');
  const parts = (key ?? fallbackKey) as [string, ...string[]] | undefined;
  const messageId = call.messageId ?? (parts && messageIdFrom(...parts));
  // The protocol's own name for the same thing.
  const timestamp = call.timestamp ?? (fields as { originalTimestamp?: string }).originalTimestamp;
  return { type, call: { ...call, messageId, timestamp } };
};
