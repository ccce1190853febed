import { isUtf8 } from 'node:buffer';
import { NitkaError, errors, isVisitorId } from '@nitka/core';
import type { ErrorCode, EventType } from '@nitka/core';
import { v7 } from 'uuid';
import type { CollectorConfig, SourceKind } from './config.ts';
import { notesOf } from './batch-notes.ts';
import { readBodyText } from './body-text.ts';
import type { BodyText } from './body-text.ts';
import type { Arrival, Enrich, Envelope, Marks } from './enrich.ts';
import { parseTime } from './event-time.ts';
import type { Guard, RequestGuard } from './privacy/guard.ts';
import type { Signs } from './name-signs.ts';
import { nestsDeeper, sliceBody, sliceWhole } from './raw-slices.ts';
import type { Member, Slice } from './raw-slices.ts';
import type { Chunk, ChunkMeta, Entry, EventColumns } from './spool/chunk.ts';
import type { AppendResult, Spool } from './spool/spool.ts';
import { judge } from './verdict.ts';
import type { Fields, Verdict } from './verdict.ts';

/** Levels that no honest body has. A body that is long enough to make trouble by nesting is asked before `JSON.parse` is. */
const deepestBody = 512;
const harmlessBytes = 128 * 1024;

const nothing = Buffer.alloc(0);

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
  /** Its strings are to be read by `texts.read`. */
  readonly value: Fields;
  readonly texts: Pick<BodyText, 'read' | 'isUtf8'>;
  /** The write key in the body, or in its first event. */
  readonly writeKey: string | undefined;
}

/** @throws NitkaError `malformed_json` or `invalid_body` */
export const parseBody = (raw: Buffer): ParsedBody => {
  if (raw.length > harmlessBytes && nestsDeeper(raw, deepestBody))
    throw new NitkaError('malformed_json', 'nested too deeply');
  const texts = readBodyText(raw);
  let value: unknown;
  try {
    value = JSON.parse(texts.text);
  } catch {
    throw new NitkaError('malformed_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NitkaError('invalid_body');
  const fields = value as Fields;
  const first: unknown = Array.isArray(fields['batch']) ? fields['batch'][0] : undefined;
  const key = fields['writeKey'] ?? (first as Fields | null | undefined)?.['writeKey'];
  const { read, isUtf8: whole } = texts;
  return {
    raw,
    value: fields,
    texts: { read, isUtf8: whole },
    writeKey: typeof key === 'string' ? read(key) : undefined,
  };
};

/** Fields of the envelope that are kept elsewhere, or must not be. */
const ownPlace = new Set(['batch', 'writeKey', 'ack', 'nitka']);

/** The rest of the envelope as JSON text, or null if it says nothing that the columns do not have. */
const restOfEnvelope = (raw: Buffer, members: readonly Member[], sentAt: unknown): string | null => {
  const rest = members.filter(({ key }) => !ownPlace.has(key));
  const unread = sentAt !== undefined && parseTime(sentAt) === null;
  if (!unread && rest.every(({ key }) => key === 'sentAt')) return null;
  return `{${rest.map(({ keyStart, end }) => raw.toString('utf8', keyStart, end)).join(',')}}`;
};

export interface Ingest {
  /**
   * Judges each event, then resolves once all of them are on disk: as rows to be, as repeats, or as rejects.
   *
   * @throws NitkaError `invalid_body` or `malformed_json`, at once
   */
  batch(body: ParsedBody, arrival: Arrival): Promise<IngestReply>;
  single(body: ParsedBody, type: EventType, arrival: Arrival): Promise<IngestReply>;
  /** Keeps a body that cannot be read, of a source that is known. */
  garbage(raw: Buffer, code: ErrorCode, arrival: Arrival): Promise<void>;
}

const metaOf = (
  { source, receivedAt, serverVisitorId }: Arrival,
  batchContext: string | null,
  guarded: RequestGuard | undefined,
): ChunkMeta => ({
  source: source.name,
  kind: source.kind,
  receivedAt,
  serverVisitorId: guarded ? guarded.visitor(serverVisitorId) : serverVisitorId,
  batchContext,
});

export interface IngestParts {
  readonly config: Pick<CollectorConfig, 'limits'>;
  readonly spool: Pick<Spool, 'append'>;
  readonly enrich: Enrich;
  /** What must not reach the disk is taken out by it. Left out only where all of it comes from the disk. */
  readonly guard?: Guard;
}

/** What the collector found out about events of the request, in the one column of JSON that is its own. */
const withMarks = (context: string | null, marks: Readonly<Record<string, Marks>> | null): string | null =>
  marks === null
    ? context
    : `${context === null || context === '{}' ? '{' : `${context.slice(0, -1)},`}"nitka":${JSON.stringify(notesOf(marks))}}`;

/** No column of text may hold NUL: PostgreSQL refuses it. The payload has it escaped, as JSON must. */
const withoutNul = (columns: EventColumns): EventColumns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value,
    ]),
  ) as unknown as EventColumns;

export const createIngest = ({ config: { limits }, spool, enrich, guard }: IngestParts): Ingest => {
  const flaw = (
    event: unknown,
    payload: Buffer,
    depth: number,
    { isUtf8: isText, read }: ParsedBody['texts'],
    kind: SourceKind,
  ): Verdict | null => {
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      return { code: 'event_not_object', detail: null };
    if (payload.length > limits.eventBytes) return { code: 'event_too_large', detail: null };
    if (depth > limits.nesting) return { code: 'nesting_too_deep', detail: null };
    if (!isText && !isUtf8(payload)) return { code: 'field_invalid', detail: 'not UTF-8' };
    return judge(event as Fields, kind, read);
  };

  interface Content extends Pick<ParsedBody, 'raw' | 'texts'> {
    readonly events: readonly unknown[];
    readonly slices: readonly Slice[];
    readonly signs: Signs;
    readonly envelope: Envelope;
    readonly batchContext: string | null;
  }

  /** What is to be written, and what the answer says. */
  interface Prepared {
    readonly chunk: Chunk;
    readonly guarded: RequestGuard | undefined;
    readonly reply: Omit<IngestReply, 'duplicates'>;
  }

  const prepare = (content: Content, arrival: Arrival): Prepared => {
    const { raw, texts, events, slices, signs, envelope, batchContext } = content;
    const { read } = texts;
    const rejected: RejectedEvent[] = [];
    let marks: Record<string, Marks> | null = null;
    const mark = (id: string, found: Marks) => ((marks ??= {})[id] = found);
    const columnsOf = enrich(arrival, envelope, { read, mark });
    const guarded = guard?.({ source: arrival.source, raw, secret: arrival.secret ?? null, signs });
    const mayHoldNul = signs.escape && raw.includes('\\u0000');
    let anonymousId: string | null = null;
    const entries = slices.map(({ start, end, depth }, index): Entry => {
      const payload = raw.subarray(start, end);
      const event = events[index];
      const verdict = flaw(event, payload, depth, texts, arrival.source.kind);
      const given = (event as Fields | null)?.['messageId'];
      const id = typeof given === 'string' ? read(given) : null;
      if (verdict) {
        const { code } = verdict;
        const messageId = id !== null && id.length <= 100 ? id : null;
        rejected.push({ index, ...(messageId && { messageId }), code, message: errors[code].text });
        return { ...verdict, messageId, payload: guarded?.refused(payload, true) ?? payload };
      }
      const fields = event as Fields;
      // The events of a request are mostly of one visitor: what was looked at once need not be looked at again.
      if (fields['anonymousId'] !== anonymousId && isVisitorId(fields['anonymousId']))
        anonymousId = fields['anonymousId'];
      const found = columnsOf(fields, id ?? v7());
      const columns = mayHoldNul ? withoutNul(found) : found;
      if (!guarded) return { columns, payload };
      const kept = guarded.event(columns, payload);
      if (kept) return kept;
      rejected.push({ index, code: 'forgotten', message: errors.forgotten.text });
      return { code: 'forgotten', detail: null, messageId: null, payload: nothing };
    });
    const context = withMarks(guarded ? guarded.context(batchContext) : batchContext, marks);
    const meta = metaOf(arrival, context, guarded);
    const reply = { accepted: entries.length - rejected.length, rejected, anonymousId };
    return { chunk: { meta, entries }, guarded, reply };
  };

  /** Apart: a function made where the events are in sight would hold them for as long as the disk is waited for. */
  const withDuplicates =
    (reply: Prepared['reply']) =>
    ({ duplicates }: AppendResult): IngestReply => ({ ...reply, duplicates });

  const write = (chunk: Chunk, reply: Prepared['reply']): Promise<IngestReply> =>
    chunk.entries.length === 0
      ? Promise.resolve({ ...reply, duplicates: 0 })
      : spool.append(chunk).then(withDuplicates(reply));

  const keep = ({ chunk, guarded, reply }: Prepared): Promise<IngestReply> => {
    const settling = guarded?.settle();
    return settling ? settling.then(() => write(chunk, reply)) : write(chunk, reply);
  };

  return {
    batch({ raw, value, texts }, arrival) {
      const events = value['batch'];
      if (!Array.isArray(events)) throw new NitkaError('invalid_body');
      const { members, batch: slices, signs } = sliceBody(raw);
      if (slices?.length !== events.length) throw new NitkaError('malformed_json');
      const envelope = { sentAt: value['sentAt'], context: value['context'] };
      const batchContext = restOfEnvelope(raw, members, value['sentAt']);
      return keep(prepare({ raw, texts, events, slices, signs, envelope, batchContext }, arrival));
    },
    single({ raw, value, texts }, type, arrival) {
      const { depth, signs } = sliceWhole(raw);
      const slices = [{ start: 0, end: raw.length, depth }];
      const events = [{ ...value, type }];
      return keep(prepare({ raw, texts, events, slices, signs, envelope: {}, batchContext: null }, arrival));
    },
    async garbage(raw, code, arrival) {
      const guarded = guard?.({ source: arrival.source, raw, secret: arrival.secret ?? null });
      const payload = guarded?.refused(raw, false) ?? raw;
      const entry = { code, detail: null, messageId: null, payload };
      await spool.append({ meta: metaOf(arrival, null, guarded), entries: [entry] });
    },
  };
};
