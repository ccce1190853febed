import { setImmediate } from 'node:timers/promises';
import type { ErasedRow, Erasure } from '../destinations/erasure.ts';
import type { Ledger } from '../ledger.ts';
import { blank } from './blank.ts';
import { decodeChunk, encodeChunk, isAccepted } from './chunk.ts';
import type { AcceptedEntry, Chunk, ChunkMeta, Entry, EventColumns } from './chunk.ts';
import type { Environment } from './environment.ts';
import type { Rejects } from './rejects.ts';
import type { Repairs } from './repairs.ts';
import type { Cursor } from './spool.ts';
import type { StoredChunks } from './stored-chunks.ts';

export interface Purged {
  /** Events that were taken out. */
  readonly rows: readonly ErasedRow[];
  /** Rejects that were. */
  readonly rejects: number;
}

export interface PurgeRequest {
  readonly erasure: Erasure;
  /** Of the destinations. */
  readonly names: readonly string[];
  readonly dryRun: boolean;
  readonly onProgress: (done: number, total: number) => void;
  /**
   * Told inside the transaction of events that are in a batch which may have got through to a destination, though its answer was lost.
   */
  readonly onUncertain: (destination: string, messageIds: readonly string[]) => void;
}

export interface PurgeParts {
  readonly environment: Pick<Environment, 'events' | 'rejects'>;
  readonly stored: Pick<StoredChunks, 'find' | 'bytesOf'>;
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly repairs: Repairs;
  readonly cursor: (destination: string) => Cursor;
  readonly transact: <T>(write: () => T) => Promise<T>;
}

/** What a chunk is without the person's entries. */
interface Rest {
  readonly key: number;
  /** It lay in the index, not in the log. */
  readonly inIndex: boolean;
  readonly value: Buffer;
  readonly gone: readonly ErasedRow[];
}

const nothing = Buffer.alloc(0);
/** Chunks between two looks at other work. */
const atOnce = 100;

/** Whether a person's traces stand in what the spool holds. */
export const createMatch = ({ columns, pattern }: Erasure) => {
  const expression = new RegExp(pattern, 'i');
  const sets = new Map(Object.entries(columns).map(([column, values]) => [column, new Set(values)]));
  const has = (column: string, value: string | null): boolean =>
    value !== null && sets.get(column)?.has(value) === true;
  const text = (payload: Buffer): boolean => expression.test(payload.toString('utf8'));
  const shared = ({ serverVisitorId, batchContext }: ChunkMeta): boolean =>
    has('server_visitor_id', serverVisitorId) || (batchContext !== null && expression.test(batchContext));
  const columnsMatch = (event: EventColumns): boolean =>
    has('phone', event.phone) ||
    has('email', event.email) ||
    has('anonymous_id', event.anonymousId) ||
    has('user_id', event.userId);
  return {
    text,
    shared,
    visitor: (id: string | null) => has('server_visitor_id', id),
    columns: columnsMatch,
    entry: (entry: Entry) => (isAccepted(entry) && columnsMatch(entry.columns)) || text(entry.payload),
  };
};

const withoutBatch = (meta: ChunkMeta): ChunkMeta => ({ ...meta, serverVisitorId: null, batchContext: null });

/**
 * Takes a person's entries out of the spool. Each leaves a reject without content at its number, so that all others keep theirs. The chunk
 * that is left lies in the index; the one in the log is overwritten by the scrub (scrub.ts).
 */
export const createPurge =
  ({ environment, stored, ledger, rejects, repairs, cursor, transact }: PurgeParts) =>
  async ({ erasure, names, dryRun, onProgress, onUncertain }: PurgeRequest): Promise<Purged> => {
    const match = createMatch(erasure);
    const rows: ErasedRow[] = [];

    const indexesOf = ({ meta, entries }: Chunk): number[] => {
      const all = match.shared(meta);
      return entries.flatMap((entry, index) =>
        entry.payload.length > 0 && (all || match.entry(entry)) ? [index] : [],
      );
    };

    const rowOf = (
      { columns: { messageId, anonymousId, userId } }: AcceptedEntry,
      meta: ChunkMeta,
    ): ErasedRow => ({
      source: meta.source,
      messageId,
      anonymousId,
      serverVisitorId: meta.serverVisitorId,
      userId,
    });

    /** Only inside a transaction: it was not loaded there, and never will be. */
    const settle = (sequence: number, row: ErasedRow): void => {
      for (const name of names) {
        const { next, ranges } = cursor(name);
        const again = repairs.list(name).find(({ from, to }) => sequence >= from && sequence < to);
        if (sequence < next && !again) continue;
        ledger.editLoaded(row.source, name).rejected += 1;
        const isFixed =
          ranges.some(([from, to]) => sequence >= from && sequence < to) || again?.fixed === true;
        if (isFixed) onUncertain(name, [row.messageId]);
      }
    };

    const purgedChunk = (key: number): Rest[] => {
      const found = stored.find(key);
      if (!found) return [];
      const chunk = decodeChunk(stored.bytesOf(found));
      const indexes = new Set(indexesOf(chunk));
      const gone: ErasedRow[] = [];
      const entries = chunk.entries.map((entry, index): Entry => {
        if (!indexes.has(index)) return entry;
        if (!isAccepted(entry)) return { ...entry, messageId: null, detail: null, payload: nothing };
        const row = rowOf(entry, chunk.meta);
        settle(key + index, row);
        gone.push(row);
        return { code: 'forgotten', detail: null, messageId: null, payload: nothing };
      });
      const meta = match.shared(chunk.meta) ? withoutBatch(chunk.meta) : chunk.meta;
      return [{ key, inIndex: found.place === null, value: encodeChunk({ meta, entries }), gone }];
    };

    /** Only inside a transaction. */
    const purgeChunks = (keys: readonly number[]): ErasedRow[] => {
      const rests = keys.flatMap(purgedChunk);
      const { events } = environment;
      blank(
        events,
        rests.filter(({ inIndex }) => inIndex).map(({ key }) => key),
      );
      for (const { key, value } of rests) events.putSync(key, value);
      return rests.flatMap(({ gone }) => gone);
    };

    const concerned = (key: number): boolean => {
      const found = stored.find(key);
      if (!found) return false;
      const chunk = decodeChunk(stored.bytesOf(found));
      const indexes = indexesOf(chunk);
      if (dryRun) {
        for (const index of indexes) {
          const entry = chunk.entries[index]!;
          if (isAccepted(entry)) rows.push(rowOf(entry, chunk.meta));
        }
      }
      return indexes.length > 0;
    };

    const purgeRejects = async (): Promise<number> => {
      const ids: number[] = [];
      for (const { key, value } of environment.rejects.getRange()) {
        const { entry, payload, serverVisitorId = null } = rejects.read(key, value);
        const held = entry && (match.columns(entry.columns) || match.shared(entry.meta));
        if (held || match.visitor(serverVisitorId) || match.text(payload)) ids.push(key);
        if (key % 1000 === 0) await setImmediate();
      }
      if (!dryRun && ids.length > 0) {
        await transact(() => {
          rejects.erase(ids);
        });
      }
      return ids.length;
    };

    const keys = [...environment.events.getKeys()];
    for (let at = 0; at < keys.length; at += atOnce) {
      const found = keys.slice(at, at + atOnce).filter(concerned);
      if (!dryRun && found.length > 0) rows.push(...(await transact(() => purgeChunks(found))));
      onProgress(Math.min(at + atOnce, keys.length), keys.length);
      await setImmediate();
    }
    return { rows, rejects: await purgeRejects() };
  };
