import { NitkaError, eventTypes } from '@nitka/core';
import type { ErrorCode, EventType } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';
import type { Arrival } from '../enrich.ts';
import { parseBody } from '../ingest.ts';
import type { Ingest, ParsedBody } from '../ingest.ts';
import type { Chunk } from '../spool/chunk.ts';
import { isAccepted } from '../spool/chunk.ts';
import type { Reject, RejectFilter } from '../spool/rejects.ts';
import type { Spool } from '../spool/spool.ts';
import { addRepairs } from './replay.ts';

export interface RetryRequest {
  /** Without them all that the filter leaves. */
  readonly ids?: readonly number[] | undefined;
  readonly filter?: RejectFilter | undefined;
}

/** What became of one reject. */
export interface Retried {
  readonly id: number;
  /** `accepted`: its events are in the spool. `sent`: the destination gets the row again. `refused`: it stays a reject. */
  readonly result: 'accepted' | 'sent' | 'refused';
  /** Why it stays. */
  readonly code: ErrorCode | null;
}

export interface RetryParts {
  readonly config: Pick<CollectorConfig, 'sources'>;
  readonly spool: Spool;
  /** An ingest that writes to the spool it is given. */
  readonly ingestInto: (spool: Pick<Spool, 'append'>) => Ingest;
}

const refused = (id: number, code: Retried['code']): Retried => ({ id, result: 'refused', code });

/** One event, or a body that could not be read when it came. */
const read = ({
  payload,
}: Reject): { readonly body: ParsedBody; readonly kind: 'batch' | EventType } | null => {
  const body = parseBody(payload);
  if (Array.isArray(body.value['batch'])) return { body, kind: 'batch' };
  // A route of one type lets the field out; only a track event has a name of its own.
  const given = body.value['type'] ?? (typeof body.value['event'] === 'string' ? 'track' : undefined);
  const kind = eventTypes.find((type) => type === given);
  return kind ? { body, kind } : null;
};

export const createRetry = ({ config, spool, ingestInto }: RetryParts) => {
  /** Judged again by the config of today; nothing is written unless every event of it passes. */
  const judgeAgain = async (reject: Reject): Promise<Chunk | ErrorCode> => {
    const source = config.sources.find(({ name }) => name === reject.source);
    if (!source) return 'unknown_write_key';
    let chunk: Chunk | null = null;
    const ingest = ingestInto({
      append: async (judged) => {
        chunk = judged;
        return { duplicates: 0 };
      },
    });
    const arrival: Arrival = {
      source,
      receivedAt: reject.receivedAt,
      ip: null,
      userAgent: null,
      serverVisitorId: reject.serverVisitorId ?? null,
    };
    try {
      const found = read(reject);
      if (!found) return reject.code === 'invalid_body' ? 'invalid_body' : 'event_type_unknown';
      const { rejected } =
        found.kind === 'batch'
          ? await ingest.batch(found.body, arrival)
          : await ingest.single(found.body, found.kind, arrival);
      const [first] = rejected;
      return first ? first.code : (chunk ?? 'invalid_body');
    } catch (error) {
      if (error instanceof NitkaError) return error.code;
      throw error;
    }
  };

  const sendAgain = async (
    id: number,
    destination: string,
    entry: NonNullable<Reject['entry']>,
    payload: Buffer,
  ) => {
    const { sequence, meta, columns } = entry;
    await spool.transact(() => {
      spool.putBack(sequence, { meta, entries: [{ columns, payload }] });
      addRepairs(spool, destination, [[sequence, sequence + 1]]);
    });
    return { id, result: 'sent', code: null } as const;
  };

  const retryOne = async (id: number): Promise<Retried> => {
    const reject = spool.rejects.get(id);
    if (!reject) return refused(id, 'reject_unknown');
    if (reject.destination !== null) {
      if (!reject.entry) return refused(id, 'destination_refused');
      return sendAgain(id, reject.destination, reject.entry, reject.payload);
    }
    const judged = await judgeAgain(reject);
    if (typeof judged === 'string') return refused(id, judged);
    if (!judged.entries.every(isAccepted)) return refused(id, 'invalid_body');
    await spool.append(judged, { replaces: id });
    return { id, result: 'accepted', code: null };
  };

  /** Oldest first: a visitor's events keep their order. */
  return async ({ ids, filter = {} }: RetryRequest): Promise<Retried[]> => {
    const wanted = ids ?? spool.rejects.list(Infinity, filter).map(({ id }) => id);
    const results: Retried[] = [];
    // An id that is named twice is tried once: a reject leaves when the index is told, which may be later.
    for (const id of [...new Set(wanted)].sort((a, b) => a - b)) results.push(await retryOne(id));
    return results;
  };
};
