import { NitkaError } from '@nitka/core';
import type { EventType } from '@nitka/core';
import type { SourceConfig } from './config.ts';
import type { Arrival } from './enrich.ts';
import { parseBody } from './ingest.ts';
import type { Ingest, IngestReply, ParsedBody } from './ingest.ts';
import { mayUse } from './origins.ts';
import type { OriginVerdict } from './origins.ts';
import type { CountRequest } from './plugins/key-limit.ts';
import type { FindSource } from './plugins/write-key.ts';

/** All that a request says of its events: plain data, so that another thread can be given it. */
export interface Delivery {
  readonly raw: Buffer;
  readonly kind: 'batch' | EventType;
  /** The write key of the header or the query. */
  readonly key: string | null;
  readonly origin: string | null;
  readonly host: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The id in the collector's own cookie. */
  readonly visitorId: string | null;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

export interface Received<Reply = IngestReply> {
  readonly source: SourceConfig;
  readonly verdict: OriginVerdict;
  /** The name that the page gave to the batch, of any type. */
  readonly ack: unknown;
  readonly reply: Reply;
}

/**
 * Resolves once the events are on disk. Rejects with the NitkaError that is the answer; a body that cannot be read, with a known key, is
 * on disk by then, too.
 */
export type Reception = (delivery: Delivery) => Promise<Received>;

export interface ReceptionParts {
  readonly ingest: Ingest;
  readonly findSource: FindSource;
  readonly countRequest: CountRequest;
}

/** Whose events these are, whether they may be sent from there, and what becomes of them. */
export const createReception = ({ ingest, findSource, countRequest }: ReceptionParts): Reception => {
  const sourceOf = (key: string | undefined): SourceConfig => {
    const source = findSource(key);
    if (!source) throw new NitkaError('unknown_write_key');
    return source;
  };

  const admit = (source: SourceConfig, { origin, host }: Delivery): OriginVerdict => {
    const verdict = mayUse(source, origin ?? undefined, host ?? undefined);
    if (verdict === 'refused') throw new NitkaError('origin_not_allowed');
    return verdict;
  };

  const arrivalOf = (source: SourceConfig, delivery: Delivery, key: string | undefined): Arrival => ({
    source,
    secret: source.kind === 'server' ? (key ?? null) : null,
    receivedAt: delivery.receivedAt,
    ip: delivery.ip,
    userAgent: delivery.userAgent,
    serverVisitorId: delivery.visitorId,
  });

  /** A body that cannot be read is kept if its key is known: the sender will not send it again. */
  const keepUnread = async (error: unknown, delivery: Delivery, key: string | undefined): Promise<never> => {
    const source = findSource(key);
    if (source && delivery.raw.length > 0 && error instanceof NitkaError) {
      admit(source, delivery);
      await ingest.garbage(delivery.raw, error.code, arrivalOf(source, delivery, key));
    }
    throw error;
  };

  /** Apart, so that nothing holds the parsed body while its events are on their way to the disk. */
  const begin = (delivery: Delivery, shown: string | undefined) => {
    let body: ParsedBody;
    try {
      body = parseBody(delivery.raw);
    } catch (error) {
      return { unread: keepUnread(error, delivery, shown) };
    }
    const key = shown ?? body.writeKey;
    const source = sourceOf(key);
    const verdict = admit(source, delivery);
    countRequest(source);
    const arrival = arrivalOf(source, delivery, key);
    const { kind } = delivery;
    const pending = kind === 'batch' ? ingest.batch(body, arrival) : ingest.single(body, kind, arrival);
    return { source, verdict, pending, ack: body.value['ack'] };
  };

  return async (delivery) => {
    const shown = delivery.key ?? undefined;
    if (shown !== undefined) sourceOf(shown);
    const begun = begin(delivery, shown);
    if (begun.unread) return begun.unread;
    const { source, verdict, pending, ack } = begun;
    return { source, verdict, ack, reply: await pending };
  };
};
