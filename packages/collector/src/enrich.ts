import type { SourceConfig } from './config.ts';
import { isPlaceholder, type IdentityVerdict } from '@nitka/core';
import { asIs } from './body-text.ts';
import type { ReadText } from './body-text.ts';
import { createBotMark } from './bot.ts';
import { occurredAt, parseTime } from './event-time.ts';
import { checkIdentity } from './identity-check.ts';
import { findIdentifiers } from './identifiers.ts';
import type { Blocked } from './identifiers.ts';
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
  /** The write key as it was shown, if it is a secret one: it must be stored nowhere. */
  readonly secret?: string | null;
}

/** What was found out about one event. */
export interface Marks {
  /** By column: why a value that stood there is no key to a person. */
  readonly blocked?: Readonly<Record<string, Blocked>>;
  /** What the site's server says of the user that the page names. */
  readonly identity?: IdentityVerdict;
}

/** The envelope's own fields, which stand in where the event has none. */
export interface Envelope {
  readonly sentAt?: unknown;
  readonly context?: unknown;
}

export interface EnrichParts {
  /** Told of identifiers that were passed over. */
  readonly mark?: (messageId: string, marks: Marks) => void;
  /** For every string of the events and of the envelope. @default as it is */
  readonly read?: ReadText;
}

/** Given what a request's events share, takes the columns out of each one that passed `judge`. */
export type Enrich = (
  arrival: Arrival,
  envelope: Envelope,
  parts?: EnrichParts,
) => (event: Fields, messageId: string) => EventColumns;

const none: Fields = {};

const objectOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none;

const parseTimeOr = (value: unknown, otherwise: number | null): number | null =>
  value === undefined || value === null ? otherwise : parseTime(value);

const textIn = (read: ReadText, value: unknown): string | null => {
  if (typeof value === 'string') return value === '' ? null : read(value);
  return typeof value === 'number' ? String(value) : null;
};

/** Where identifiers may stand, with its strings as they were meant. */
const placeIn = (read: ReadText, value: unknown): unknown => {
  if (read === asIs || typeof value !== 'object' || value === null) return value;
  const { phone, phoneSha256, email, emailSha256 } = value as Fields;
  const plain = (given: unknown): unknown => (typeof given === 'string' ? read(given) : given);
  return { phone: plain(phone), phoneSha256, email: plain(email), emailSha256 };
};

/** A request's events come from one library: its text is put together once. */
const createLibraryText = (read: ReadText): ((value: unknown) => string | null) => {
  let last: { name: string; version: string; text: string } | null = null;
  return (value) => {
    const { name, version } = objectOf(value);
    if (typeof name !== 'string') return textIn(read, value);
    if (typeof version !== 'string') return read(name);
    if (last?.name !== name || last.version !== version)
      last = { name, version, text: read(`${name}/${version}`) };
    return last.text;
  };
};

/** Whatever must not reach the disk is cut here. */
export const createEnrich = (ipPolicy: IpPolicy): Enrich => {
  const botMark = createBotMark();
  return ({ source, receivedAt, ip, userAgent }, envelope, { mark, read = asIs } = {}) => {
    const textOf = (value: unknown): string | null => textIn(read, value);
    const shared = objectOf(envelope.context);
    // A backend speaks for its customers: its own address and user agent say nothing about them.
    const behalf = source.kind === 'server';
    const requestIp = behalf ? null : applyIpPolicy(ip, ipPolicy);
    // From a header: not of the body's texts.
    const requestAgent = behalf ? null : textIn(asIs, userAgent);
    const requestBot = requestAgent === null ? null : botMark(requestAgent);
    const libraryOf = createLibraryText(read);
    const envelopeSentAt = parseTime(envelope.sentAt);
    return (event, messageId) => {
      const context = objectOf(event['context']);
      const sequence = context['sequence'] ?? shared['sequence'];
      const agent = requestAgent ?? textOf(context['userAgent'] ?? shared['userAgent']);
      const traits = context['traits'] ?? shared['traits'];
      const { phone, email, blocked } = findIdentifiers(
        placeIn(read, event['traits']),
        placeIn(read, event['properties']),
        placeIn(read, traits),
      );
      const sentAt = parseTimeOr(event['sentAt'], envelopeSentAt);
      const originalTimestamp = parseTime(event['originalTimestamp'] ?? event['timestamp']);
      const anonymousId = textOf(event['anonymousId']);
      const userId = textOf(event['userId']);
      const nameless = anonymousId !== null && isPlaceholder(anonymousId);
      const joker = userId !== null && isPlaceholder(userId);
      const token = context['identityToken'];
      const identity =
        mark && token !== undefined && source.identitySecret !== undefined
          ? checkIdentity(source.identitySecret, { token, userId, anonymousId }, receivedAt)
          : undefined;
      const hasBlocked = blocked || nameless || joker;
      if (mark && (hasBlocked || identity)) {
        mark(messageId, {
          ...(hasBlocked && {
            blocked: {
              ...blocked,
              ...(nameless && { anonymous_id: 'placeholder' }),
              ...(joker && { user_id: 'placeholder' }),
            },
          }),
          ...(identity && { identity }),
        });
      }
      const columns = {
        messageId,
        type: event['type'] as string,
        event: textOf(event['event']) ?? textOf(event['name']),
        anonymousId: nameless ? null : anonymousId,
        userId: joker ? null : userId,
        sessionId: textOf(context['sessionId'] ?? shared['sessionId']),
        sequence: null as number | null,
        phone,
        email,
        occurredAt: occurredAt(originalTimestamp, sentAt, receivedAt),
        originalTimestamp,
        sentAt,
        library: libraryOf(context['library'] ?? shared['library']),
        ip: behalf ? applyIpPolicy(context['ip'] ?? shared['ip'], ipPolicy) : requestIp,
        userAgent: agent,
        bot:
          requestAgent === null
            ? agent === null && !behalf
              ? 'user-agent: missing'
              : botMark(agent)
            : requestBot,
      };
      // Apart: V8 would give a member that was a small number first, and a large one later, a new layout, and move each object over.
      if (Number.isSafeInteger(sequence)) columns.sequence = sequence as number;
      return columns;
    };
  };
};
