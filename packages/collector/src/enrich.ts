import type { SourceConfig } from './config.ts';
import { createBotMark } from './bot.ts';
import { eventTimes } from './event-time.ts';
import { findIdentifiers } from './identifiers.ts';
import { applyIpPolicy } from './ip.ts';
import type { IpPolicy } from './ip.ts';
import type { EventColumns } from './spool/chunk.ts';
import type { Fields } from './verdict.ts';

/** What the request says about all of its events. */
export interface Arrival {
  readonly source: SourceConfig;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The id in the collector's own cookie, as received. */
  readonly serverVisitorId: string | null;
}

/** The envelope's own fields, which stand in where the event has none. */
export interface Envelope {
  readonly sentAt?: unknown;
  readonly context?: unknown;
}

export type Enrich = (event: Fields, envelope: Envelope, arrival: Arrival, messageId: string) => EventColumns;

const none: Fields = {};

const objectOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none;

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
};

const libraryOf = (value: unknown): string | null => {
  const { name, version } = objectOf(value);
  if (typeof name !== 'string') return textOf(value);
  return typeof version === 'string' ? `${name}/${version}` : name;
};

/** Takes the columns out of an event that passed `judge`. Whatever must not reach the disk is cut here. */
export const createEnrich = (ipPolicy: IpPolicy): Enrich => {
  const botMark = createBotMark();
  return (event, envelope, { source, receivedAt, ip, userAgent }, messageId) => {
    const context = objectOf(event['context']);
    const shared = objectOf(envelope.context);
    const own = (field: string): unknown => context[field] ?? shared[field];
    const sequence = own('sequence');
    // A backend speaks for its customers: its own address and user agent say nothing about them.
    const behalf = source.kind === 'server';
    const agent = textOf(behalf ? own('userAgent') : (userAgent ?? own('userAgent')));
    return {
      messageId,
      type: event['type'] as string,
      event: textOf(event['event']) ?? textOf(event['name']),
      anonymousId: textOf(event['anonymousId']),
      userId: textOf(event['userId']),
      sessionId: textOf(own('sessionId')),
      sequence: Number.isSafeInteger(sequence) ? (sequence as number) : null,
      ...findIdentifiers([event['traits'], event['properties'], own('traits')]),
      ...eventTimes(
        event['originalTimestamp'] ?? event['timestamp'],
        event['sentAt'] ?? envelope.sentAt,
        receivedAt,
      ),
      library: libraryOf(own('library')),
      ip: applyIpPolicy(behalf ? own('ip') : ip, ipPolicy),
      userAgent: agent,
      bot: botMark(agent),
    };
  };
};
