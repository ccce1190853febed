import { NitkaError, errors } from '@nitka/core';
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

  /** A body that is refused for what it is, and not for when it came, is kept if its key is known: the sender will not send it again. */
  const keepUnread = async (error: unknown, delivery: Delivery, key: string | undefined): Promise<never> => {
    const source = findSource(key);
    if (
      source &&
      delivery.raw.length > 0 &&
      error instanceof NitkaError &&
      errors[error.code].status === 400
    ) {
      await ingest.garbage(delivery.raw, error.code, arrivalOf(source, delivery, key));
    }
    throw error;
  };

  /** Apart: a function made where the delivery is in sight would hold it, body and all, for as long as the disk is waited for. */
  const withReply =
    (of: Omit<Received, 'reply'>) =>
    (reply: IngestReply): Received => ({ ...of, reply });

  const receive = (delivery: Delivery): Promise<Received> => {
    const shown = delivery.key ?? undefined;
    if (shown !== undefined) sourceOf(shown);
    let body: ParsedBody;
    try {
      body = parseBody(delivery.raw);
    } catch (error) {
      const source = findSource(shown);
      if (source) {
        admit(source, delivery);
        countRequest(source);
      }
      return keepUnread(error, delivery, shown);
    }
    const key = shown ?? body.writeKey;
    const source = sourceOf(key);
    const verdict = admit(source, delivery);
    countRequest(source);
    const arrival = arrivalOf(source, delivery, key);
    const { kind } = delivery;
    let written: Promise<IngestReply>;
    try {
      written = kind === 'batch' ? ingest.batch(body, arrival) : ingest.single(body, kind, arrival);
    } catch (error) {
      return keepUnread(error, delivery, key);
    }
    return written.then(withReply({ source, verdict, ack: body.value['ack'] }));
  };

  // Not async: the frame of an async function holds its arguments until it ends.
  return (delivery) => {
    try {
      return receive(delivery);
    } catch (error) {
      return Promise.reject(error);
    }
  };
};
