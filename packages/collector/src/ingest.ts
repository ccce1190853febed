import { isUtf8 } from 'node:buffer';
import { NitkaError, errors, isVisitorId } from '@nitka/core';
import type { ErrorCode, EventType } from '@nitka/core';
import { v7 } from 'uuid';
import type { CollectorConfig } from './config.ts';
import type { Arrival, Enrich } from './enrich.ts';
import { parseTime } from './event-time.ts';
import { nestsDeeper, sliceElements, sliceMembers } from './raw-slices.ts';
import type { Member, Slice } from './raw-slices.ts';
import type { Entry } from './spool/chunk.ts';
import type { Spool } from './spool/spool.ts';
import { judge } from './verdict.ts';
import type { Fields, Verdict } from './verdict.ts';

/** Levels that no honest body has: beyond, not even `JSON.parse` is asked. */
const deepestBody = 512;

export interface RejectedEvent {
  readonly index: number;
  readonly messageId?: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface IngestReply {
  /** Events that are safe on disk now, this time or earlier. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedEvent[];
  /** The visitor id of the last event, or null: events before it may be of a visitor who has reset since. */
  readonly anonymousId: string | null;
}

/** A body that was read once. */
export interface ParsedBody {
  readonly raw: Buffer;
  readonly value: Fields;
  /** The write key in the body, or in its first event. */
  readonly writeKey: string | undefined;
}

/** @throws NitkaError `malformed_json` or `invalid_body` */
export const parseBody = (raw: Buffer): ParsedBody => {
  if (nestsDeeper(raw, deepestBody)) throw new NitkaError('malformed_json', 'nested too deeply');
  let value: unknown;
  try {
    value = JSON.parse(raw.toString('utf8'));
  } catch {
    throw new NitkaError('malformed_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NitkaError('invalid_body');
  const fields = value as Fields;
  const first: unknown = Array.isArray(fields['batch']) ? fields['batch'][0] : undefined;
  const key = fields['writeKey'] ?? (first as Fields | null | undefined)?.['writeKey'];
  return { raw, value: fields, writeKey: typeof key === 'string' ? key : undefined };
};

/** Fields of the envelope that are kept elsewhere, or must not be. */
const ownPlace = new Set(['batch', 'writeKey']);

/** The rest of the envelope as JSON text, or null if it says nothing that the columns do not have. */
const restOfEnvelope = (raw: Buffer, members: readonly Member[], sentAt: unknown): string | null => {
  const rest = members.filter(({ key }) => !ownPlace.has(key));
  const unread = sentAt !== undefined && parseTime(sentAt) === null;
  if (!unread && rest.every(({ key }) => key === 'sentAt')) return null;
  return `{${rest.map(({ keyStart, end }) => raw.toString('utf8', keyStart, end)).join(',')}}`;
};

export interface Ingest {
  /** Judges each event, then resolves once all of them are on disk: as rows to be, as repeats, or as rejects. */
  batch(body: ParsedBody, arrival: Arrival): Promise<IngestReply>;
  single(body: ParsedBody, type: EventType, arrival: Arrival): Promise<IngestReply>;
  /** Keeps a body that cannot be read, of a source that is known. */
  garbage(raw: Buffer, code: ErrorCode, arrival: Arrival): Promise<void>;
}

export interface IngestParts {
  readonly config: Pick<CollectorConfig, 'limits'>;
  readonly spool: Pick<Spool, 'append'>;
  readonly enrich: Enrich;
}

export const createIngest = ({ config: { limits }, spool, enrich }: IngestParts): Ingest => {
  const flaw = (event: unknown, payload: Buffer, slice: Pick<Slice, 'depth'>): Verdict | null => {
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      return { code: 'event_not_object', detail: null };
    if (payload.length > limits.eventBytes) return { code: 'event_too_large', detail: null };
    if (slice.depth > limits.nesting) return { code: 'nesting_too_deep', detail: null };
    if (!isUtf8(payload)) return { code: 'field_invalid', detail: 'not UTF-8' };
    return judge(event as Fields);
  };

  const keep = async (
    arrival: Arrival,
    events: readonly unknown[],
    slices: readonly (Slice & { payload: Buffer })[],
    envelope: { sentAt?: unknown; context?: unknown },
    batchContext: string | null,
  ): Promise<IngestReply> => {
    const rejected: RejectedEvent[] = [];
    let anonymousId: string | null = null;
    const entries = slices.map((slice, index): Entry => {
      const { payload } = slice;
      const event = events[index];
      const verdict = flaw(event, payload, slice);
      const id = (event as Fields | null)?.['messageId'];
      if (verdict) {
        const messageId = typeof id === 'string' && id.length <= 100 ? id : null;
        rejected.push({
          index,
          ...(messageId && { messageId }),
          code: verdict.code,
          message: errors[verdict.code].text,
        });
        return { ...verdict, messageId, payload };
      }
      const fields = event as Fields;
      if (isVisitorId(fields['anonymousId'])) anonymousId = fields['anonymousId'];
      return { columns: enrich(fields, envelope, arrival, typeof id === 'string' ? id : v7()), payload };
    });
    const { source, receivedAt, serverVisitorId } = arrival;
    const meta = { source: source.name, kind: source.kind, receivedAt, serverVisitorId, batchContext };
    const duplicates = entries.length === 0 ? 0 : (await spool.append({ meta, entries })).duplicates;
    return { accepted: entries.length - rejected.length, duplicates, rejected, anonymousId };
  };

  return {
    async batch({ raw, value }, arrival) {
      const events = value['batch'];
      if (!Array.isArray(events)) throw new NitkaError('invalid_body');
      const members = sliceMembers(raw);
      // Of two members with one name, JSON.parse takes the last; so must the bytes.
      const array = members.filter(({ key }) => key === 'batch').at(-1);
      const slices = array ? sliceElements(raw, array) : [];
      if (slices.length !== events.length) throw new NitkaError('malformed_json');
      const cut = slices.map((slice) => ({ ...slice, payload: raw.subarray(slice.start, slice.end) }));
      return keep(
        arrival,
        events,
        cut,
        { sentAt: value['sentAt'], context: value['context'] },
        restOfEnvelope(raw, members, value['sentAt']),
      );
    },
    single({ raw, value }, type, arrival) {
      const depth = nestsDeeper(raw, limits.nesting) ? limits.nesting + 1 : 0;
      return keep(
        arrival,
        [{ ...value, type }],
        [{ start: 0, end: raw.length, depth, payload: raw }],
        {},
        null,
      );
    },
    async garbage(raw, code, { source, receivedAt, serverVisitorId }) {
      const meta = {
        source: source.name,
        kind: source.kind,
        receivedAt,
        serverVisitorId,
        batchContext: null,
      };
      await spool.append({ meta, entries: [{ code, detail: null, messageId: null, payload: raw }] });
    },
  };
};
